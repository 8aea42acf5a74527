import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Store } from './store';
import { dropToast, holdToast, letToastGo, newestOffer, takeBack, toast, toasts } from './toasts';
import { offerUndo } from './undo';

const titles = (): string[] => toasts.get().map((one) => one.title);
const tell = (title: string): void => toast({ mood: 'missed', title });

/** Something that is there or not, with an offer to bring it back. */
function aRemoval(title: string, key?: string) {
  const there = new Store(false);
  const undo = vi.fn(() => there.set(true));
  offerUndo({ title, undo, holds: () => !there.get(), watch: there.subscribe, ...(key === undefined ? {} : { key }) });
  return { there, undo };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  for (const { id } of toasts.get()) dropToast(id);
  vi.useRealTimers();
});

describe('an offer to take something back', () => {
  it('stays for eight seconds', () => {
    aRemoval('a');
    vi.advanceTimersByTime(7999);
    expect(titles()).toEqual(['a']);
    vi.advanceTimersByTime(1);
    expect(titles()).toEqual([]);
  });

  it('waits for as long as it is pointed at or has the focus, and then stays for what was left', () => {
    aRemoval('a');
    const id = newestOffer()?.id ?? 0;
    vi.advanceTimersByTime(5000);
    holdToast(id);
    holdToast(id);
    vi.advanceTimersByTime(60_000);
    letToastGo(id);
    vi.advanceTimersByTime(60_000);
    expect(titles()).toEqual(['a']);
    letToastGo(id);
    vi.advanceTimersByTime(2999);
    expect(titles()).toEqual(['a']);
    vi.advanceTimersByTime(1);
    expect(titles()).toEqual([]);
  });

  it('is gone once it was taken, and takes back once', () => {
    const { undo } = aRemoval('a');
    const offer = newestOffer();
    if (offer) takeBack(offer);
    expect(undo).toHaveBeenCalledOnce();
    expect(newestOffer()).toBeUndefined();
  });

  it('is gone when there is nothing to take back any more', () => {
    const { there, undo } = aRemoval('a');
    there.set(true);
    expect(titles()).toEqual([]);
    expect(undo).not.toHaveBeenCalled();
  });

  it('is the newest one first', () => {
    aRemoval('a');
    aRemoval('b');
    tell('news');
    expect(newestOffer()?.title).toBe('b');
    dropToast(newestOffer()?.id ?? 0);
    expect(newestOffer()?.title).toBe('a');
  });

  it('gives way to a later one about the same', () => {
    aRemoval('a', 'state');
    tell('news');
    aRemoval('b', 'state');
    expect(titles()).toEqual(['news', 'b']);
  });

  it('follows nothing once it is gone', () => {
    const leave = vi.fn();
    offerUndo({ title: 'a', undo: vi.fn(), holds: () => true, watch: () => leave });
    vi.advanceTimersByTime(8000);
    expect(leave).toHaveBeenCalledOnce();
  });
});

describe('messages', () => {
  it('are three at most, and offers go before news', () => {
    tell('news');
    for (const title of ['a', 'b', 'c']) aRemoval(title);
    expect(titles()).toEqual(['news', 'b', 'c']);
  });
  it('push out the oldest news when there is nothing else', () => {
    for (const title of ['1', '2', '3', '4']) tell(title);
    expect(titles()).toEqual(['2', '3', '4']);
  });
  it('have each their own time', () => {
    toast({ mood: 'talking', title: 'short' }, 4000);
    tell('long');
    vi.advanceTimersByTime(4000);
    expect(titles()).toEqual(['long']);
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { dropToast, newestOffer, takeBack, toasts } from '../ui-bits/toasts';
import { cards, closeCard, none, openCard } from './cards';
import { closeAllByHand, closeByHand } from './closing';
import { TypedForms } from './typed';

vi.useFakeTimers();
let keys = 0;
const forms = new TypedForms({ note: '' }, () => String(++keys));
const open = (...callIds: string[]): void => callIds.forEach((callId) => openCard({ callId, origin: 'phone', focus: true }));
const undo = (): void => {
  const offer = newestOffer();
  if (offer) takeBack(offer);
};

afterEach(() => {
  for (const { id } of toasts.get()) dropToast(id);
  cards.set(none);
  forms.forget('a');
});

describe('a card closed by hand', () => {
  it('comes back with what was typed, under the key that it had', () => {
    open('a', 'b');
    forms.change('a', { note: 'Два билета' });
    const [before, typed] = [cards.get(), forms.of('a')];
    closeByHand('a', 'closed');
    expect(forms.of('a').note).toBe('');
    undo();
    expect(cards.get()).toEqual(before);
    expect(forms.of('a')).toEqual(typed);
  });
  it('leaves nothing typed behind when nobody takes it back', () => {
    open('a');
    forms.change('a', { note: 'Два билета' });
    closeByHand('a', 'closed');
    vi.advanceTimersByTime(8000);
    open('a');
    expect(forms.of('a').note).toBe('');
  });
  it('is not offered any more when it opened by itself', () => {
    open('a');
    closeByHand('a', 'closed');
    open('a');
    expect(newestOffer()).toBeUndefined();
  });
  it('has what was typed in it when it opened again by another way, and keeps what is typed there then', () => {
    open('a', 'b');
    forms.change('a', { note: 'Два билета' });
    closeAllByHand('closed');
    open('a');
    expect(forms.of('a').note).toBe('Два билета');
    forms.change('a', { note: 'Три билета' });
    undo();
    expect(forms.of('a').note).toBe('Три билета');
  });
  it('is offered each by itself, the last one first', () => {
    open('a', 'b', 'c');
    const before = cards.get();
    closeByHand('b', 'b closed');
    closeByHand('c', 'c closed');
    undo();
    undo();
    expect(cards.get()).toEqual(before);
  });
  it('comes back with all the others when all were closed', () => {
    open('a', 'b');
    const before = cards.get();
    closeAllByHand('closed');
    expect(cards.get()).toEqual(none);
    undo();
    expect(cards.get()).toEqual(before);
  });
});

describe('a card that closes by itself', () => {
  it('offers nothing', () => {
    open('a');
    closeCard('a');
    expect(newestOffer()).toBeUndefined();
  });
});

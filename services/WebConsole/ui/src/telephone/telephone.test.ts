import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Store } from '../ui-bits/store';
import type { PhoneState } from './phone';

const newAgent = vi.fn();
const hungUp = vi.fn();

vi.mock('./library', () => ({ newAgent }));
vi.mock('./sound', () => ({ ring: () => () => undefined }));
vi.mock('./phone', () => ({
  Phone: class {
    readonly state = new Store<PhoneState>({ line: 'ready' });
    hangUp = hungUp;
    stop = vi.fn();
    leave = vi.fn();
  },
}));

type Listener = (event: { data: unknown }) => void;

/** All tabs of one browser: each hears the others, and not itself. */
class FakeChannel {
  static all: FakeChannel[] = [];
  readonly #listeners: Listener[] = [];
  constructor() {
    FakeChannel.all.push(this);
  }
  addEventListener = (_: string, listener: Listener): void => void this.#listeners.push(listener);
  postMessage = (data: unknown): void => FakeChannel.all.filter((other) => other !== this).forEach((other) => other.#listeners.forEach((listener) => listener({ data })));
}

/** Web Locks, as far as one name needs them. */
function fakeLocks() {
  let last: Promise<unknown> = Promise.resolve();
  return { request: (_: string, __: object, run: () => Promise<void>) => (last = last.then(run)) };
}

const window = new EventTarget();
const kept = new Map<string, string>();

/** Another tab: the same browser, everything of the page its own. */
async function newTab() {
  vi.resetModules();
  return import('./telephone');
}

describe('the telephone of a browser', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeChannel.all = [];
    kept.clear();
    newAgent.mockReset().mockResolvedValue({});
    hungUp.mockReset();
    vi.stubGlobal('BroadcastChannel', FakeChannel);
    vi.stubGlobal('navigator', { locks: fakeLocks() });
    vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
    vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
    vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('tries again when its library does not come, and says so meanwhile', async () => {
    newAgent.mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'));
    const { startTelephone, telephone } = await newTab();
    startTelephone('101', () => undefined);
    await vi.advanceTimersByTimeAsync(0);
    expect(telephone.get()).toEqual({ line: 'lost' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(telephone.get()).toEqual({ line: 'ready' });
    expect(newAgent).toHaveBeenCalledTimes(2);
  });

  it('is let go to another tab though its library did not come', async () => {
    newAgent.mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'));
    const first = await newTab();
    const stop = first.startTelephone('101', () => undefined);
    const second = await newTab();
    second.startTelephone('101', () => undefined);
    await vi.advanceTimersByTimeAsync(0);
    expect([first.telephone.get().line, second.telephone.get().line]).toEqual(['lost', 'otherTab']);
    stop();
    await vi.advanceTimersByTimeAsync(0);
    expect([first.telephone.get().line, second.telephone.get().line]).toEqual(['off', 'ready']);
  });

  it('hangs up before somebody signs out in another tab', async () => {
    const first = await newTab();
    first.startTelephone('101', () => undefined);
    const second = await newTab();
    second.startTelephone('101', () => undefined);
    await vi.advanceTimersByTimeAsync(0);
    await second.hangUpEverywhere();
    expect(hungUp).toHaveBeenCalledOnce();
  });

  it('in a tab that hears nothing keeps nobody signed in', async () => {
    const { telephone, hangUpEverywhere } = await newTab();
    telephone.set({ line: 'otherTab' });
    const done = vi.fn();
    void hangUpEverywhere().then(done);
    await vi.advanceTimersByTimeAsync(499);
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(done).toHaveBeenCalledOnce();
  });

  it('is switched in all tabs at once', async () => {
    const { followSwitch, telephoneOn, switchTelephone } = await newTab();
    const leave = followSwitch('101');
    expect(telephoneOn.get()).toBe(false);
    kept.set('crm.telephone.101', 'on');
    window.dispatchEvent(new Event('storage'));
    expect(telephoneOn.get()).toBe(true);
    switchTelephone('101', false);
    expect([telephoneOn.get(), kept.size]).toEqual([false, 0]);
    leave();
    kept.set('crm.telephone.101', 'on');
    window.dispatchEvent(new Event('storage'));
    expect(telephoneOn.get()).toBe(false);
  });
});

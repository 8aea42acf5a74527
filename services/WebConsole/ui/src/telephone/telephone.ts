// This browser as the telephone of whoever is signed in: whether it is, in which of its tabs, and how it stands.
import { Store } from '../ui-bits/store';
import { newAgent } from './library';
import { Phone, type PhoneState, type Trouble } from './phone';
import { ring } from './sound';

export interface Telephone {
  /** Off; held by another tab of this browser; or as the tab's own telephone says. */
  line: 'off' | 'otherTab' | PhoneState['line'];
  talk?: PhoneState['talk'];
}

const switchKey = 'crm.telephone';
// One for each person: two may be signed in at one computer in turn.
const switchOf = (extension: string): string => `${switchKey}.${extension}`;

/** How long a library that did not come is left alone, and another tab waited for, in milliseconds. */
const tryAgainAfter = 5_000;
const hangUpWithin = 500;

export const telephone = new Store<Telephone>({ line: 'off' });
export const telephoneOn = new Store(false);

// Whoever signs out in one tab may be talking in another.
const tabs = new BroadcastChannel(switchKey);

let phone: Phone | undefined;
let restart: (() => void) | undefined;

/** The tab's telephone, while it is one. */
export const thePhone = (): Phone | undefined => phone;

/** Whether what rings me rings in this very page. */
export const isTelephone = (): boolean => telephone.get().line === 'ready';

/** Follows the switch, which any tab of this browser may turn, until the returned function is called. */
export function followSwitch(extension: string): () => void {
  const read = (): void => telephoneOn.set(localStorage.getItem(switchOf(extension)) === 'on');
  read();
  addEventListener('storage', read);
  return () => removeEventListener('storage', read);
}

export function switchTelephone(extension: string, on: boolean): void {
  if (on) localStorage.setItem(switchOf(extension), 'on');
  else localStorage.removeItem(switchOf(extension));
  telephoneOn.set(on);
}

/** Ends the talk, in whichever tab it is, and is done when it has ended. */
export async function hangUpEverywhere(): Promise<void> {
  phone?.hangUp();
  if (telephone.get().line !== 'otherTab') return;
  await new Promise<void>((done) => {
    tabs.addEventListener('message', ({ data }) => data === 'hungUp' && done());
    // A tab that is frozen hears nothing, and nobody stays signed in for it.
    setTimeout(done, hangUpWithin);
    tabs.postMessage('hangUp');
  });
}

/** Makes this browser the telephone again, after another one was. */
export const takeHere = (): void => restart?.();

/** Telephones under this extension until the returned function is called. The first tab does; when it closes, the next one does. */
export function startTelephone(extension: string, tell: (trouble: Trouble) => void): () => void {
  const left = new AbortController();
  let stop: (() => void) | undefined;
  telephone.set({ line: 'otherTab' });
  void navigator.locks
    .request(switchKey, { signal: left.signal }, async () => {
      while (!left.signal.aborted) {
        await new Promise<void>((done) => {
          restart = stop = done;
          hold(extension, tell, left.signal).catch(() => {
            if (left.signal.aborted) return;
            // The library comes over the network, which may be away just then. Whatever it is, the tab does not hold the telephone for nothing.
            telephone.set({ line: 'lost' });
            setTimeout(done, tryAgainAfter);
          });
        });
        phone?.stop();
        phone = undefined;
      }
    })
    .catch(() => undefined);
  return () => {
    left.abort();
    stop?.();
    restart = undefined;
    telephone.set({ line: 'off' });
  };
}

async function hold(extension: string, tell: (trouble: Trouble) => void, left: AbortSignal): Promise<void> {
  telephone.set({ line: 'connecting' });
  const agent = await newAgent(`${extension}-web`);
  if (left.aborted) return;
  const made = (phone = new Phone(agent, tell));
  let quiet: (() => void) | undefined;
  const follow = (): void => {
    if (phone !== made) return;
    const state = made.state.get();
    telephone.set(state);
    if (state.talk?.stage === 'rings') quiet ??= ring();
    else {
      quiet?.();
      quiet = undefined;
    }
  };
  made.state.subscribe(follow);
  follow();
}

addEventListener('pagehide', () => phone?.leave());

tabs.addEventListener('message', ({ data }) => {
  if (data !== 'hangUp' || !phone) return;
  phone.hangUp();
  tabs.postMessage('hungUp');
});

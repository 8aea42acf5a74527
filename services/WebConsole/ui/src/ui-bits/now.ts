// One clock for all timers on the screen, corrected by the server's: a manager's computer may be minutes off.
import { useSyncExternalStore } from 'react';
import { Store } from './store';

let offset = 0;

/** Tells the server's time, as an answer's Date header gave it (to the second). Small differences are left alone. */
export function serverSays(date: string | null, at = Date.now()): void {
  const server = date === null ? Number.NaN : Date.parse(date) + 500;
  if (Number.isNaN(server)) return;
  offset = Math.abs(server - at) > 2000 ? server - at : 0;
}

export const now = (): number => Date.now() + offset;

/** A store of the time that runs only while somebody follows it. */
function ticking(every: number): { get: () => number; follow: (listener: () => void) => () => void } {
  const tick = new Store(now());
  let followers = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    get: tick.get,
    follow: (listener) => {
      const leave = tick.subscribe(listener);
      followers += 1;
      if (timer === undefined) {
        timer = setInterval(() => tick.set(now()), every);
        queueMicrotask(() => tick.set(now()));
      }
      return () => {
        leave();
        followers -= 1;
        if (followers > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

const fast = ticking(500);
const slow = ticking(20_000);

/** The time, twice a second: for running timers. */
export const useNow = (): number => useSyncExternalStore(fast.follow, fast.get);

/** The time, three times a minute: for what is said in minutes. */
export const useMinute = (): number => useSyncExternalStore(slow.follow, slow.get);

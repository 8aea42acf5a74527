// The one live connection of a page: what is pushed, whether it lives, and its healing.
import { HubConnectionBuilder, HubConnectionState, LogLevel, type HubConnection } from '@microsoft/signalr';
import type { Dialling, Person } from '../api/words';
import { people } from '../people/people';
import { Store } from '../ui-bits/store';
import { now } from '../ui-bits/now';
import { keepDialling, refreshDiallings } from './diallings';
import { liveCalls, type CallsMessage } from './liveCalls';

export interface Line {
  /** The connection between this page and the console. */
  page: 'connecting' | 'live' | 'lost';
  /** Whether the console hears of calls. */
  telephony: boolean;
}

export const line = new Store<Line>({ page: 'connecting', telephony: true });

const waits = [0, 1000, 2000, 3000, 5000];

/** How long to wait before the n-th try (from 0), with a jitter, so that thirty browsers do not come back in one moment. */
export function waitBefore(attempt: number, chance = Math.random()): number {
  const wait = waits[Math.min(attempt, waits.length - 1)] ?? 5000;
  return wait + Math.round(wait * 0.4 * chance);
}

const pause = (length: number): Promise<void> => new Promise((done) => setTimeout(done, length));

/** Connects, and stays connected until the returned function is called. */
export function stayConnected(callbacksChanged: () => void): () => void {
  let left = false;
  const connection: HubConnection = new HubConnectionBuilder()
    .withUrl('/live', { headers: { 'x-crm': '1' } })
    .withAutomaticReconnect({ nextRetryDelayInMilliseconds: ({ previousRetryCount }) => waitBefore(previousRetryCount) })
    .configureLogging(LogLevel.None)
    .build();
  connection.serverTimeoutInMilliseconds = 20_000;
  connection.keepAliveIntervalInMilliseconds = 8_000;

  const say = (page: Line['page']): void => line.set({ ...line.get(), page });
  const come = (): void => {
    say('live');
    callbacksChanged();
    // What does not come back is asked for again at the next reconnection; the line shows that it is away.
    refreshDiallings().catch(() => undefined);
  };

  connection.on('calls', (message: CallsMessage) => liveCalls.apply(message));
  connection.on('dialling', (dialling: Dialling) => keepDialling(dialling));
  connection.on('callbacks', callbacksChanged);
  connection.on('people', (all: Person[]) => people.set(all));
  connection.on('telephony', ({ connected }: { connected: boolean }) => line.set({ ...line.get(), telephony: connected }));
  connection.onreconnecting(() => say('lost'));
  connection.onreconnected(come);
  connection.onclose(() => {
    if (!left) void begin(1);
  });

  async function begin(from: number): Promise<void> {
    for (let attempt = from; !left; attempt += 1) {
      try {
        await connection.start();
        come();
        return;
      } catch {
        say(attempt === 0 ? 'connecting' : 'lost');
        await pause(waitBefore(attempt + 1));
      }
    }
  }

  const sweep = setInterval(() => liveCalls.dropOld(now()), 10_000);
  void begin(0);

  return () => {
    left = true;
    clearInterval(sweep);
    if (connection.state !== HubConnectionState.Disconnected) void connection.stop();
    people.set([]);
    line.set({ page: 'connecting', telephony: true });
  };
}

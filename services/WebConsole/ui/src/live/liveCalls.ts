// The calls that go on, or ended a moment ago, as the live connection tells of them.
import type { Call } from '../api/words';
import { Store } from '../ui-bits/store';

export interface CallsMessage {
  /** Forget everything known and take these. */
  snapshot: boolean;
  calls: Call[];
}

/** What a listener is told: the call as it is and as it was; whether it only came with a snapshot. */
export type CallChange = (call: Call, before: Call | undefined, inSnapshot: boolean) => void;

const keepEndedFor = 90_000;

const isNewer = (a: Call, b: Call | undefined): boolean => b === undefined || BigInt(a.version) > BigInt(b.version);

const byStart = (a: Call, b: Call): number => (a.startedAt ?? '').localeCompare(b.startedAt ?? '') || a.id.localeCompare(b.id);

/** Keeps the newest state of each call; what comes twice or late changes nothing. */
export class LiveCalls {
  readonly all = new Store<readonly Call[]>([]);
  #byId = new Map<string, Call>();
  readonly #changes = new Set<CallChange>();

  find(id: string): Call | undefined {
    return this.#byId.get(id);
  }

  onChange(listener: CallChange): () => void {
    this.#changes.add(listener);
    return () => this.#changes.delete(listener);
  }

  apply(message: CallsMessage): void {
    const before = this.#byId;
    const next = new Map(message.snapshot ? [] : before);
    const changed: Call[] = [];
    for (const call of message.calls) {
      if (!isNewer(call, next.get(call.id))) continue;
      next.set(call.id, call);
      if (isNewer(call, before.get(call.id))) changed.push(call);
    }
    this.#byId = next;
    this.#publish();
    for (const call of changed) {
      for (const listener of [...this.#changes]) listener(call, before.get(call.id), message.snapshot);
    }
  }

  /** Drops calls that ended a while ago. */
  dropOld(now: number): void {
    const old = [...this.#byId.values()].filter((c) => c.endedAt !== undefined && now - Date.parse(c.endedAt) > keepEndedFor);
    if (old.length === 0) return;
    this.#byId = new Map(this.#byId);
    for (const call of old) this.#byId.delete(call.id);
    this.#publish();
  }

  #publish(): void {
    this.all.set([...this.#byId.values()].sort(byStart));
  }
}

export const liveCalls = new LiveCalls();

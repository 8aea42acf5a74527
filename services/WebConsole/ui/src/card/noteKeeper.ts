// Keeps the note of a call: saves by itself, holds what was typed through a lost connection, and loses neither text when two
// people wrote.
import { Problem } from '../api/problem';
import type { CallNote, TalkResult } from '../api/words';
import { Store } from '../ui-bits/store';

export interface NoteText {
  text: string;
  result: TalkResult;
}

/** What somebody else wrote meanwhile. */
export interface Others extends NoteText {
  version: string;
  by: string;
}

export interface NoteState extends NoteText {
  /** loading; saved; typed and not saved yet; being saved; the connection is away; somebody else wrote; refused. */
  status: 'loading' | 'saved' | 'typed' | 'saving' | 'waiting' | 'conflict' | 'refused';
  /** The version that what is shown was made on. */
  version: string;
  others?: Others;
  /** Why it was refused. */
  message?: string;
}

export interface NoteWorld {
  load: (callId: string) => Promise<CallNote | undefined>;
  save: (callId: string, version: string, note: NoteText) => Promise<CallNote>;
  /** The draft's place on this device. */
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  storageKey: string;
}

interface Draft extends NoteText {
  version: string;
}

const saveAfterMs = 700;
const retryAfterMs = 4000;

export const emptyNote: NoteText = { text: '', result: 'TALK_RESULT_UNSPECIFIED' };

const same = (a: NoteText, b: NoteText): boolean => a.text === b.text && a.result === b.result;

/** Both texts, mine first; one that contains the other stands for both. */
export function joined(mine: string, theirs: string): string {
  if (mine.includes(theirs)) return mine;
  if (theirs.includes(mine)) return theirs;
  return `${mine.trimEnd()}\n\n${theirs}`;
}

export class NoteKeeper {
  readonly state = new Store<NoteState>({ ...emptyNote, status: 'loading', version: '0' });
  readonly #callId: string;
  readonly #world: NoteWorld;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(callId: string, world: NoteWorld) {
    this.#callId = callId;
    this.#world = world;
  }

  /** Whether something is not with the server yet. */
  get isOwing(): boolean {
    return !['saved', 'loading'].includes(this.state.get().status);
  }

  async load(): Promise<void> {
    const draft = this.#draft();
    if (draft) this.state.set({ ...draft, status: 'typed' });
    let note: CallNote | undefined;
    try {
      note = await this.#world.load(this.#callId);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // Not for nothing: what is typed meanwhile waits on this device, and a conflict shows itself when it is saved.
      if (this.state.get().status === 'loading') this.state.set({ ...this.state.get(), status: 'saved' });
      if (this.isOwing) this.#later(retryAfterMs);
      return;
    }

    const typed = this.state.get();
    const found: NoteText & { version: string } = note ?? { ...emptyNote, version: '0' };
    if (typed.status === 'loading' || same(typed, found)) this.#settle(found);
    else if (typed.version === found.version || typed.status === 'saved') {
      if (typed.status === 'saved') this.#settle(found);
      else this.#later(0);
    } else if (note) this.#conflict({ text: note.text, result: note.result, version: note.version, by: note.authorName });
  }

  type(change: Partial<NoteText>): void {
    const state = this.state.get();
    this.state.set({ ...state, ...change, status: state.status === 'conflict' ? 'conflict' : 'typed' });
    this.#remember();
    if (state.status !== 'conflict') this.#later(saveAfterMs);
  }

  /** Saves at once what is not saved yet. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    const state = this.state.get();
    if (!['typed', 'waiting', 'refused'].includes(state.status)) return;
    const sent: NoteText = { text: state.text, result: state.result };
    this.state.set({ ...state, status: 'saving' });
    try {
      const note = await this.#world.save(this.#callId, state.version, sent);
      const now = this.state.get();
      if (same(now, sent)) this.#settle({ ...sent, version: note.version });
      else {
        this.state.set({ ...now, version: note.version, status: 'typed' });
        this.#remember();
        this.#later(saveAfterMs);
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      await this.#failed(error);
    }
  }

  /** Ends a conflict by what shall stand. */
  decide(note: NoteText): void {
    const { others } = this.state.get();
    if (!others) return;
    this.state.set({ ...note, version: others.version, status: 'typed' });
    this.#remember();
    this.#later(0);
  }

  async #failed(problem: Problem): Promise<void> {
    const now = this.state.get();
    if (problem.code === 'ABORTED' && problem.reason === 'CHANGED') {
      const { version = '0', text = '', result, name = '', cut } = problem.details;
      if (cut) await this.#readOthers();
      else this.#conflict({ version, text, by: name, result: (result ?? 'TALK_RESULT_UNSPECIFIED') as TalkResult });
    } else if (problem.isTransient || problem.status === 401 || problem.code === 'RESOURCE_EXHAUSTED') {
      this.state.set({ ...now, status: 'waiting' });
      this.#later(problem.retryAfterSeconds ? problem.retryAfterSeconds * 1000 : retryAfterMs);
    } else this.state.set({ ...now, status: 'refused', message: problem.message });
  }

  // A refusal holds the beginning of a long text only: nobody shall save that over the whole.
  async #readOthers(): Promise<void> {
    try {
      const note = await this.#world.load(this.#callId);
      if (note) {
        this.#conflict({ text: note.text, result: note.result, version: note.version, by: note.authorName });
        return;
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }

    // Saving again asks for it again.
    this.state.set({ ...this.state.get(), status: 'waiting' });
    this.#later(retryAfterMs);
  }

  #conflict(others: Others): void {
    const mine = this.state.get();
    if (same(mine, others)) this.#settle(others);
    else if (mine.text === '' && mine.result === 'TALK_RESULT_UNSPECIFIED') this.#settle(others);
    else this.state.set({ ...mine, status: 'conflict', others });
  }

  #settle({ text, result, version }: NoteText & { version: string }): void {
    this.#world.storage.removeItem(this.#world.storageKey);
    this.state.set({ text, result, version, status: 'saved' });
  }

  #later(wait: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), wait);
  }

  #remember(): void {
    const { text, result, version } = this.state.get();
    this.#world.storage.setItem(this.#world.storageKey, JSON.stringify({ text, result, version } satisfies Draft));
  }

  #draft(): Draft | undefined {
    try {
      const kept = JSON.parse(this.#world.storage.getItem(this.#world.storageKey) ?? 'null') as Draft | null;
      return kept && typeof kept.text === 'string' ? kept : undefined;
    } catch {
      // Half a draft is none.
      return undefined;
    }
  }
}

// The keepers of notes, one for each call, alive beyond their cards: what is typed is saved although the card was closed.
import { ask } from '../api/ask';
import type { CallNote, TalkResult } from '../api/words';
import { queries } from '../api/queries';
import { NoteKeeper, type NoteWorld } from './noteKeeper';

const prefix = 'crm.note.';
const keepers = new Map<string, NoteKeeper>();

// So many are told at once.
const mostCalls = 100;

export async function notesOf(callIds: string[], signal?: AbortSignal): Promise<CallNote[]> {
  const parts: string[][] = [];
  for (let i = 0; i < callIds.length; i += mostCalls) parts.push(callIds.slice(i, i + mostCalls));
  const told = await Promise.all(parts.map((part) => ask('callcenter.activities.v1.Activities/ListCallNotes', { callIds: part }, signal)));
  return told.flatMap(({ notes }) => notes);
}

function worldOf(employeeId: string, callId: string): NoteWorld {
  return {
    storage: localStorage,
    storageKey: `${prefix}${employeeId}.${callId}`,
    load: async (id) => (await notesOf([id]))[0],
    save: async (id, version, { text, result }: { text: string; result: TalkResult }) => {
      const { note } = await ask('callcenter.activities.v1.Activities/SaveCallNote', { callId: id, version, text, result });
      if (!note) throw new Error('An answer without its note.');
      void queries.invalidateQueries({ queryKey: ['notes'] });
      return note;
    },
  };
}

export function noteOf(employeeId: string, callId: string): NoteKeeper {
  const known = keepers.get(callId);
  if (known) return known;
  const keeper = new NoteKeeper(callId, worldOf(employeeId, callId));
  keepers.set(callId, keeper);
  void keeper.load();
  return keeper;
}

/** Takes up the drafts that an earlier page left behind, and says them again when the connection is back. */
export function takeUpDrafts(employeeId: string): () => void {
  const mine = `${prefix}${employeeId}.`;
  for (const key of Object.keys(localStorage)) if (key.startsWith(mine)) noteOf(employeeId, key.slice(mine.length));

  const again = (): void => {
    for (const keeper of keepers.values()) if (keeper.isOwing) void keeper.save();
  };
  const lastChance = (): void => {
    if (document.visibilityState === 'hidden') again();
  };
  addEventListener('online', again);
  document.addEventListener('visibilitychange', lastChance);
  return () => {
    removeEventListener('online', again);
    document.removeEventListener('visibilitychange', lastChance);
  };
}

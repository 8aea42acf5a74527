import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../api/problem';
import type { CallNote } from '../api/words';
import { NoteKeeper, joined, type NoteText, type NoteWorld } from './noteKeeper';

const noteOf = (version: string, text: string): CallNote => ({
  callId: 'c', version, text, result: 'TALK_RESULT_UNSPECIFIED', authorId: 'e', authorName: 'Мария', updatedAt: '2026-01-05T09:00:00Z',
});

function aWorld(server: { note?: CallNote; problem?: Problem }): NoteWorld & { saved: NoteText[]; kept: Map<string, string> } {
  const kept = new Map<string, string>();
  const saved: NoteText[] = [];
  return {
    saved,
    kept,
    storageKey: 'k',
    storage: {
      getItem: (k) => kept.get(k) ?? null,
      setItem: (k, v) => void kept.set(k, v),
      removeItem: (k) => void kept.delete(k),
    },
    load: () => (server.problem ? Promise.reject(server.problem) : Promise.resolve(server.note)),
    save: (_, version, note) => {
      if (server.problem) return Promise.reject(server.problem);
      if (version !== (server.note?.version ?? '0')) {
        const { version: newest, text, result, authorId, authorName } = server.note ?? noteOf('0', '');
        const details = { version: newest, text: text.slice(0, 1000), result, by: authorId, name: authorName, ...(text.length > 1000 ? { cut: 'true' } : {}) };
        return Promise.reject(new Problem(409, { code: 'ABORTED', reason: 'CHANGED', details }));
      }
      saved.push(note);
      server.note = { ...noteOf(String(Number(version) + 1), note.text), result: note.result };
      return Promise.resolve(server.note);
    },
  };
}

const away = new Problem(0, {});

describe('NoteKeeper', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('saves by itself a moment after the last key', async () => {
    const world = aWorld({});
    const keeper = new NoteKeeper('c', world);
    await keeper.load();
    keeper.type({ text: 'Зво' });
    keeper.type({ text: 'Звонить завтра' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(world.saved.map((n) => n.text)).toEqual(['Звонить завтра']);
    expect(keeper.state.get()).toMatchObject({ status: 'saved', version: '1' });
    expect(world.kept.size).toBe(0);
  });

  it('keeps what was typed without a connection and saves it when it is back', async () => {
    const server: { problem?: Problem } = {};
    const world = aWorld(server);
    const keeper = new NoteKeeper('c', world);
    await keeper.load();
    server.problem = away;
    keeper.type({ text: 'Просит счёт' });
    await vi.advanceTimersByTimeAsync(6000);
    expect(keeper.state.get().status).toBe('waiting');
    expect(world.kept.get('k')).toContain('Просит счёт');
    delete server.problem;
    await vi.advanceTimersByTimeAsync(5000);
    expect(world.saved.map((n) => n.text)).toEqual(['Просит счёт']);
  });

  it('finds the draft again after the page was loaded anew', async () => {
    const world = aWorld({});
    world.kept.set('k', JSON.stringify({ text: 'Черновик', result: 'TALK_RESULT_SOLD', version: '0' }));
    const keeper = new NoteKeeper('c', world);
    await keeper.load();
    await vi.advanceTimersByTimeAsync(100);
    expect(world.saved).toEqual([{ text: 'Черновик', result: 'TALK_RESULT_SOLD' }]);
  });

  it('loses neither text when somebody else wrote', async () => {
    const server: { note?: CallNote } = { note: noteOf('1', 'Первая') };
    const world = aWorld(server);
    const keeper = new NoteKeeper('c', world);
    await keeper.load();
    server.note = noteOf('2', 'Её текст');
    keeper.type({ text: 'Мой текст' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(keeper.state.get()).toMatchObject({ status: 'conflict', text: 'Мой текст', others: { text: 'Её текст', by: 'Мария' } });
    keeper.decide({ text: joined('Мой текст', 'Её текст'), result: 'TALK_RESULT_UNSPECIFIED' });
    await vi.advanceTimersByTimeAsync(100);
    expect(server.note.text).toBe('Мой текст\n\nЕё текст');
    expect(keeper.state.get().status).toBe('saved');
  });

  it('shows the whole of a long text of which the refusal holds the beginning', async () => {
    const server: { note?: CallNote } = { note: noteOf('1', 'Первая') };
    const keeper = new NoteKeeper('c', aWorld(server));
    await keeper.load();
    server.note = noteOf('2', 'я'.repeat(5000));
    keeper.type({ text: 'Мой текст' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(keeper.state.get()).toMatchObject({ status: 'conflict', text: 'Мой текст', others: { text: server.note.text, version: '2', by: 'Мария' } });
  });

  it('goes on saving what is typed while a save is under way', async () => {
    const world = aWorld({});
    const keeper = new NoteKeeper('c', world);
    await keeper.load();
    keeper.type({ text: 'а' });
    const saving = keeper.save();
    keeper.type({ text: 'аб' });
    await saving;
    await vi.advanceTimersByTimeAsync(2000);
    expect(world.saved.map((n) => n.text)).toEqual(['а', 'аб']);
    expect(keeper.state.get()).toMatchObject({ status: 'saved', text: 'аб' });
  });

  it('says a refusal and keeps the text', async () => {
    const server: { problem?: Problem } = {};
    const world = aWorld(server);
    const keeper = new NoteKeeper('c', world);
    await keeper.load();
    server.problem = new Problem(400, { code: 'INVALID_ARGUMENT', message: 'Слишком длинно' });
    keeper.type({ text: 'длинно' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(keeper.state.get()).toMatchObject({ status: 'refused', message: 'Слишком длинно', text: 'длинно' });
    expect(world.kept.size).toBe(1);
  });
});

describe('joined', () => {
  it('repeats nothing that one text already has', () => expect(joined('один', 'один и два')).toBe('один и два'));
});

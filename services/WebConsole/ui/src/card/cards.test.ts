import { describe, expect, it } from 'vitest';
import { none, withClosed, withOpened, withoutOld, withReopened, withTouched } from './cards';

const ids = (cards: typeof none): string[] => cards.open.map((c) => c.callId);

describe('cards', () => {
  it('opens one tab for a call, however often it is told', () => {
    const once = withOpened(none, { callId: 'a', origin: 'phone', focus: true });
    expect(ids(withOpened(once, { callId: 'a', origin: 'phone', focus: true }))).toEqual(['a']);
  });
  it('leaves the talk in front when a second call rings', () => {
    const talking = withOpened(none, { callId: 'a', origin: 'phone', focus: true });
    const both = withOpened(talking, { callId: 'b', origin: 'phone', focus: false });
    expect(both).toMatchObject({ active: 'a' });
    expect(ids(both)).toEqual(['a', 'b']);
  });
  it('replaces a look at the past by the next one, unless something was typed', () => {
    const first = withOpened(none, { callId: 'a', origin: 'look', focus: true });
    expect(ids(withOpened(first, { callId: 'b', origin: 'look', focus: true }))).toEqual(['b']);
    expect(ids(withOpened(withTouched(first, 'a'), { callId: 'b', origin: 'look', focus: true }))).toEqual(['a', 'b']);
  });
  it('keeps a call that was looked at when it rings', () => {
    const looked = withOpened(none, { callId: 'a', origin: 'look', focus: true });
    const rung = withOpened(looked, { callId: 'a', origin: 'phone', focus: true });
    expect(ids(withOpened(rung, { callId: 'b', origin: 'look', focus: true }))).toEqual(['a', 'b']);
  });
  it('closes the oldest that are over and untouched when there are too many, never the one in front', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'];
    let all = none;
    for (const callId of names) all = withOpened(all, { callId, origin: 'phone', focus: callId === 'a' });
    const over = (callId: string): boolean => callId !== 'c';
    expect(ids(withoutOld(withTouched(all, 'b'), over))).toEqual(['a', 'b', 'c', 'g', 'h', 'i', 'j', 'k']);
    expect(ids(withoutOld(all, () => false))).toEqual(names);
  });
  it('shows the neighbour when the front one closes', () => {
    const two = withOpened(withOpened(none, { callId: 'a', origin: 'phone', focus: true }), { callId: 'b', origin: 'phone', focus: true });
    expect(withClosed(two, 'b').active).toBe('a');
    expect(withClosed(withClosed(two, 'b'), 'a')).toEqual(none);
  });
});

describe('cards that were closed and come back', () => {
  const three = ['a', 'b', 'c'].reduce((cards, callId) => withOpened(cards, { callId, origin: 'phone', number: `+${callId}`, focus: true }), none);
  const front = (callId: string): typeof none => ({ ...three, active: callId });

  it('are as they were', () => {
    const before = withTouched(front('b'), 'b');
    expect(withReopened(withClosed(before, 'b'), before, ['b'])).toEqual(before);
  });
  it('leave in front what is there when another one was closed', () =>
    expect(withReopened(withClosed(front('c'), 'a'), front('c'), ['a'])).toEqual(front('c')));
  it('are all back after all were closed', () => expect(withReopened(none, front('b'), ['a', 'b', 'c'])).toEqual(front('b')));
  it('stand behind their neighbour, whatever came meanwhile', () => {
    const meanwhile = withOpened(withClosed(withClosed(front('c'), 'a'), 'b'), { callId: 'd', origin: 'phone', focus: true });
    expect(ids(withReopened(meanwhile, withClosed(front('c'), 'a'), ['b']))).toEqual(['b', 'c', 'd']);
    expect(ids(withReopened(withClosed(meanwhile, 'c'), three, ['a', 'c']))).toEqual(['a', 'c', 'd']);
  });
  it('are not there twice when they opened by themselves', () => {
    const rung = withOpened(none, { callId: 'b', origin: 'phone', focus: true });
    expect(ids(withReopened(rung, front('b'), ['a', 'b', 'c']))).toEqual(['a', 'b', 'c']);
  });
});

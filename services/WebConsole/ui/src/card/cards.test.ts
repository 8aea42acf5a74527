import { describe, expect, it } from 'vitest';
import { none, withClosed, withOpened, withoutOld, withTouched } from './cards';

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

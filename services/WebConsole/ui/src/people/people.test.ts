import { describe, expect, it } from 'vitest';
import type { Person } from '../api/words';
import { isStill, pauseLeft, saidBy, sameSaid, standingOf, standings, moodOf } from './people';

const noon = Date.parse('2026-11-18T12:00:00Z');
const person = (parts: Partial<Person>): Person => ({
  id: '1', name: 'Ольга', team: '', extension: '102', state: 'STATE_READY', reason: 'PAUSE_REASON_UNSPECIFIED', absent: false,
  phone: 'PHONE_STATE_FREE', ...parts,
});
const paused = (until: string): Person => person({ state: 'STATE_PAUSED', reason: 'PAUSE_REASON_LUNCH', until });

describe('standingOf', () => {
  it('shows what somebody does before what he says', () => {
    expect(standingOf(person({ phone: 'PHONE_STATE_BUSY', state: 'STATE_AWAY' }), noon)).toBe('talking');
    expect(standingOf(person({ phone: 'PHONE_STATE_RINGING', absent: true }), noon)).toBe('ringing');
  });

  it('lets a holiday count more than readiness', () => {
    expect(standingOf(person({ absent: true }), noon)).toBe('absent');
  });

  it('ends a pause by itself, without being told', () => {
    expect(standingOf(paused('2026-11-18T12:00:01Z'), noon)).toBe('paused');
    expect(standingOf(paused('2026-11-18T12:00:00Z'), noon)).toBe('ready');
  });

  it('calls nobody ready whose phone is not there', () => {
    expect(standingOf(person({ phone: 'PHONE_STATE_UNREGISTERED' }), noon)).toBe('offline');
    expect(standingOf(person({ phone: 'PHONE_STATE_UNSPECIFIED' }), noon)).toBe('ready');
    expect(standingOf(person({ phone: 'PHONE_STATE_UNREGISTERED', state: 'STATE_AWAY' }), noon)).toBe('away');
  });

  it('has a place and a colour for each', () => {
    expect([...standings].sort()).toEqual(Object.keys(moodOf).sort());
  });
});

describe('pauseLeft', () => {
  it('is what is left of a pause and nothing else', () => {
    expect(pauseLeft(paused('2026-11-18T12:05:00Z'), noon)).toBe(300_000);
    expect(pauseLeft(paused('2026-11-18T11:00:00Z'), noon)).toBe(0);
    expect(pauseLeft(person({ until: '2026-11-18T12:05:00Z' }), noon)).toBe(0);
  });
});

describe('a state to go back to', () => {
  const lunch = paused('2026-11-18T12:30:00Z');
  const away = person({ state: 'STATE_AWAY' });

  it('is a pause with its reason and its end', () =>
    expect(saidBy(lunch, noon)).toEqual({ state: 'STATE_PAUSED', reason: 'PAUSE_REASON_LUNCH', until: Date.parse('2026-11-18T12:30:00Z') }));
  it('is readiness once the pause would be over', () =>
    expect(saidBy(lunch, Date.parse('2026-11-18T12:30:00Z'))).toEqual({ state: 'STATE_READY' }));
  it('is another one when only the end of the pause differs', () =>
    expect(sameSaid(saidBy(lunch, noon), saidBy(paused('2026-11-18T12:45:00Z'), noon))).toBe(false));
  it('is there until somebody says another thing', () => {
    expect(isStill(away, away, lunch, noon)).toBe(true);
    expect(isStill(person({ state: 'STATE_AWAY', phone: 'PHONE_STATE_RINGING' }), away, lunch, noon)).toBe(true);
    expect(isStill(person({}), away, lunch, noon)).toBe(false);
    expect(isStill(undefined, away, lunch, noon)).toBe(false);
  });
  it('is not lost to what was pushed a moment before', () => expect(isStill(lunch, away, lunch, noon)).toBe(true));
});

import { describe, expect, it } from 'vitest';
import type { Callback, Dialling } from '../api/words';
import { diallingOfLease, holderOf, isFree, laters, tryResultOf } from './queue';
import { sharesOf, signed } from './score';

const now = new Date(2026, 0, 5, 9, 30).getTime();
const inMinutes = (n: number): string => new Date(now + n * 60_000).toISOString();

const aCallback = (more: Partial<Callback> = {}): Callback => ({
  id: 'k', version: '1', clientId: '', clientName: '', number: '79161234567', responsibleId: '', responsibleName: '', assignedTo: '',
  source: 'SOURCE_CALL', misses: [], requests: [], state: 'STATE_OPEN', tries: [], escalated: false, score: 0, scoreParts: [], note: '',
  outcome: 'OUTCOME_UNSPECIFIED', evidenceCallId: '', mergedInto: '', ...more,
});
const leased = (until: number): Callback =>
  aCallback({ state: 'STATE_LEASED', lease: { number: '3', employeeId: 'me', employeeName: 'Я', takenAt: inMinutes(-1), until: inMinutes(until) } });

const aDialling = (more: Partial<Dialling>): Dialling => ({
  id: 'd', version: '1', purpose: 'PURPOSE_CALL', employeeId: 'me', phone: '101', callId: 'c', number: '79161234567', ownNumber: '',
  stage: 'STAGE_ENDED', outcome: 'OUTCOME_CLIENT_BUSY', askedAt: inMinutes(0), ...more,
});

describe('who has a callback', () => {
  it('is me while my lease runs', () => expect(holderOf(leased(5), 'me', now)).toBe('me'));
  it('is somebody else', () => expect(holderOf(leased(5), 'you', now)).toBe('other'));
  it('is nobody once the lease ran out, before anybody tells', () => expect(holderOf(leased(-1), 'me', now)).toBe('nobody'));
  it('is nobody once it was given back', () => {
    const given = leased(5);
    delete given.lease?.until;
    expect(holderOf(given, 'me', now)).toBe('nobody');
  });
});

describe('what was given back', () => {
  const given = aCallback({ version: '7' });
  const free = (...known: Callback[]): boolean => isFree(given, known, now);

  it('is there to be taken again', () => expect(free(given)).toBe(true));
  it('is not when somebody has it by now', () => expect(free(given, { ...leased(5), version: '8' })).toBe(false));
  it('is again when his lease ran out', () => expect(free({ ...leased(-1), version: '8' })).toBe(true));
  it('is whatever a list says that was read before', () => expect(free({ ...leased(5), version: '6' })).toBe(true));
  it('is not when it is closed', () => {
    expect(free({ ...given, state: 'STATE_CLOSED', version: '8' })).toBe(false);
    expect(free(aCallback({ id: 'another' }))).toBe(false);
  });
});

describe('the dialling of a lease', () => {
  it('is the one since it was taken', () => expect(diallingOfLease(leased(5), [aDialling({})])?.id).toBe('d'));
  it('is none from before', () => expect(diallingOfLease(leased(5), [aDialling({ askedAt: inMinutes(-9) })])).toBeUndefined());
  it('says how the try came out', () => expect(tryResultOf(aDialling({}))).toBe('TRY_RESULT_BUSY'));
  it('says nothing when my own phone was not lifted', () =>
    expect(tryResultOf(aDialling({ outcome: 'OUTCOME_PHONE_NOT_LIFTED' }))).toBeUndefined());
});

describe('when to try again', () => {
  it('offers the evening in the morning', () => expect(laters(now).map((l) => l.key)).toEqual(['half', 'two', 'evening', 'morning']));
  it('offers no evening that is past or near', () =>
    expect(laters(new Date(2026, 0, 5, 16, 0).getTime()).map((l) => l.key)).toEqual(['half', 'two', 'morning']));
  it('means ten in the morning of the next day', () => expect(laters(now).at(-1)?.at).toBe(new Date(2026, 0, 6, 10, 0).getTime()));
});

describe('sharesOf', () => {
  it('leaves out what counts nothing and puts what speaks against it last', () =>
    expect(sharesOf([
      { reason: 'SCORE_REASON_TRIES', points: -10 },
      { reason: 'SCORE_REASON_OPEN_DEAL', points: 0 },
      { reason: 'SCORE_REASON_OWN_CLIENT', points: 30 },
      { reason: 'SCORE_REASON_WAITING', points: 90 },
    ])).toEqual([
      { reason: 'SCORE_REASON_WAITING', points: 90, share: 0.75 },
      { reason: 'SCORE_REASON_OWN_CLIENT', points: 30, share: 0.25 },
      { reason: 'SCORE_REASON_TRIES', points: -10, share: 0 },
    ]));
  it('writes a minus as a minus', () => expect(signed(-10)).toBe('−10'));
});

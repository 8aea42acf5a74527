import { describe, expect, it } from 'vitest';
import { actionOf, actions, addressOf, filtersOf, isByTarget, requestOf, wordOfAction } from './auditFilters';

describe('filters of the audit log', () => {
  it('come back from their address as they were', () => {
    const filters = filtersOf(new URLSearchParams('actor=e&action=recording.heard&from=2026-01-02&until=2026-01-03'));
    expect(filtersOf(new URLSearchParams(addressOf(filters)))).toEqual(filters);
    expect(addressOf(filtersOf(new URLSearchParams('from=tomorrow')))).toEqual({});
  });
  it('mean the last day whole', () =>
    expect(requestOf({ actorId: '', action: '', from: '2026-01-02', until: '2026-01-03' })).toEqual({
      actorId: '', action: '', from: new Date(2026, 0, 2).toISOString(), until: new Date(2026, 0, 4).toISOString(),
    }));
  it('name whoever signed in, and do not believe who only tried to', () => {
    const signIn = { actorKind: 'nobody', targetKind: 'employee', action: 'sign_in.done', outcome: 'done' };
    expect(isByTarget(signIn)).toBe(true);
    expect(isByTarget({ ...signIn, action: 'sign_in.refused', outcome: 'refused' })).toBe(false);
    expect(isByTarget({ ...signIn, actorKind: 'employee' })).toBe(false);
    expect(isByTarget({ ...signIn, action: 'employee.changed' })).toBe(false);
  });
  it('ask for actions as the services write them', () => {
    expect(actionOf('sign_in_guesses_refused')).toBe('sign_in.guesses_refused');
    expect(actionOf('escalation_rule_changed')).toBe('escalation_rule.changed');
    expect(actionOf('person_state_set')).toBe('person.state_set');
    expect(actions.map(actionOf).filter((action) => !/^[a-z_]+\.[a-z_]+$/.test(action))).toEqual([]);
    expect(wordOfAction('recording.heard')).toBe('recording_heard');
    expect(wordOfAction('coffee.made')).toBeUndefined();
  });
});

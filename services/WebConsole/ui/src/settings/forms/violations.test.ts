import { describe, expect, it } from 'vitest';
import { Problem } from '../../api/problem';
import { allShown, isStale, violationAt, violationsOf } from './violations';

const refused = new Problem(400, {
  code: 'INVALID_ARGUMENT',
  fields: [
    { field: 'rule.steps[1].rings', description: 'от 1 до 20' },
    { field: 'rule.steps[1].rings', description: 'и ещё' },
    { field: 'rule.name', description: 'обязательно' },
  ],
});

describe('violations', () => {
  it('stand at the fields of the form, the first of several', () =>
    expect([...violationsOf(refused, 'rule')]).toEqual([['steps[1].rings', 'от 1 до 20'], ['name', 'обязательно']]));
  it('of a part are violations of the whole', () => expect(violationAt(violationsOf(refused, 'rule'), 'steps[1]')).toBe('от 1 до 20'));
  it('of one entry are not those of another', () => {
    expect(violationAt(violationsOf(refused, 'rule'), 'steps[10]')).toBeUndefined();
    expect(violationAt(violationsOf(refused, 'rule'), 'step')).toBeUndefined();
  });
  it('are all shown only when each has its field', () => {
    expect(allShown(violationsOf(refused, 'rule'), ['name', 'steps'])).toBe(true);
    expect(allShown(violationsOf(refused, 'rule'), ['name'])).toBe(false);
    expect(allShown(violationsOf(new Problem(503, {}), 'rule'), ['name'])).toBe(false);
  });
  it('are none where nothing was refused by field', () => expect(violationsOf(new Error('x'), 'rule').size).toBe(0));
  it('know a version that is not the newest', () => {
    expect(isStale(new Problem(409, { code: 'ABORTED' }))).toBe(true);
    expect(isStale(new Problem(409, { code: 'FAILED_PRECONDITION' }))).toBe(false);
  });
});

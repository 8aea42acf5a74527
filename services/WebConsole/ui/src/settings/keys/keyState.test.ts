import { describe, expect, it } from 'vitest';
import { endOfDay, permissionOf, stateOf, wordOfPermission } from './keyState';

const now = Date.parse('2026-01-05T09:00:00Z');

describe('an API key', () => {
  it('is over when it was revoked, whatever its end', () => expect(stateOf({ revokedAt: '2026-01-04T00:00:00Z', expiresAt: '2027-01-01T00:00:00Z' }, now)).toBe('revoked'));
  it.each([['2026-01-05T09:00:00Z', 'ended'], ['2026-01-05T09:00:01Z', 'endsSoon'], ['2026-01-19T08:59:59Z', 'endsSoon'], ['2026-01-19T09:00:00Z', 'good']])(
    'that ends at %s is %s', (expiresAt, state) => expect(stateOf({ expiresAt }, now)).toBe(state));
  it('is good until the end of the day that was typed', () => {
    expect(endOfDay('2026-01-05')).toBe(new Date(2026, 0, 5, 23, 59, 59).toISOString());
    expect(endOfDay('')).toBeUndefined();
  });
  it('has permissions as the services write them', () => {
    expect(permissionOf('api_keys_read')).toBe('api_keys.read');
    expect(wordOfPermission('calls.read')).toBe('calls_read');
    expect(wordOfPermission('coffee.make')).toBeUndefined();
  });
});

import type { Call, Leg } from '../api/words';

/** An incoming call that rings, for tests. */
export function aCall(more: Partial<Call> = {}): Call {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    version: '1',
    direction: 'DIRECTION_IN',
    state: 'STATE_RINGING',
    settled: false,
    result: 'RESULT_UNSPECIFIED',
    missReason: 'MISS_REASON_UNSPECIFIED',
    ownNumber: '74950000001',
    party: 'PARTY_OUTSIDE',
    partyNumber: '79161234567',
    partyNumberAsShown: '+79161234567',
    clientId: '',
    clientName: '',
    startedAt: '2026-01-05T09:00:00Z',
    answeredBy: '',
    legs: [],
    talks: [], transfers: [], recorded: [],
    placedBy: '',
    ...more,
  };
}

/** A phone that rings, for tests. */
export function aLeg(more: Partial<Leg> = {}): Leg {
  return { phone: '101', step: 1, dialledAt: '2026-01-05T09:00:00Z', result: 'LEG_RESULT_UNSPECIFIED', ...more };
}

// What of the audit log is asked for. It lives in the address, as the filters of the history do.
import type { AuditRecord, ListAuditRecordsRequest } from '../../api/words';
import { boundsOfDays } from '../../ui-bits/times';

/** Actions that the product has words for, under names that texts can have. Others are shown as they are. */
export const actions = [
  'sign_in_done', 'sign_in_refused', 'sign_in_guesses_refused', 'session_token_reused', 'session_revoked', 'session_signed_out', 'password_changed', 'password_refused', 'second_factor_confirmed', 'second_factor_removed',
  'second_factor_refused', 'access_reset', 'employee_created', 'employee_changed', 'employee_dismissed', 'api_key_created', 'api_key_revoked', 'api_key_refused', 'recording_heard', 'recording_downloaded',
  'escalation_rule_created', 'escalation_rule_changed', 'escalation_rule_deleted', 'ring_group_created', 'ring_group_changed', 'ring_group_deleted', 'business_hours_created', 'business_hours_changed',
  'business_hours_deleted', 'trunk_number_changed', 'person_state_set',
] as const;
type ActionWord = (typeof actions)[number];

const dotted = new Map<string, ActionWord>();
for (const word of actions) dotted.set(actionOf(word), word);

/** As the services write it: noun, dot, verb. */
export function actionOf(word: ActionWord): string {
  return word.replace(/^(sign_in|session|password|second_factor|access|employee|api_key|recording|escalation_rule|ring_group|business_hours|trunk_number|person)_/, '$1.');
}

export const wordOfAction = (action: string): ActionWord | undefined => dotted.get(action);

/** Whoever signs in is nobody yet when he does: what came of it was done by the employee whom it was done to. */
export const isByTarget = (record: Pick<AuditRecord, 'actorKind' | 'targetKind' | 'action' | 'outcome'>): boolean =>
  record.actorKind === 'nobody' && record.targetKind === 'employee' && record.outcome === 'done' && /^(sign_in|password|session)\./.test(record.action);

export interface AuditFilters {
  actorId: string;
  action: string;
  /** YYYY-MM-DD; empty: open. */
  from: string;
  until: string;
}

const day = /^\d{4}-\d{2}-\d{2}$/;

export function filtersOf(search: URLSearchParams): AuditFilters {
  const text = (name: string): string => search.get(name)?.slice(0, 100) ?? '';
  const date = (name: string): string => (day.test(text(name)) ? text(name) : '');
  return { actorId: text('actor'), action: text('action'), from: date('from'), until: date('until') };
}

export const addressOf = ({ actorId, action, from, until }: AuditFilters): Record<string, string> =>
  Object.fromEntries(Object.entries({ actor: actorId, action, from, until }).filter(([, value]) => value !== ''));

export const requestOf = ({ actorId, action, from, until }: AuditFilters): Partial<ListAuditRecordsRequest> => ({ actorId, action, ...boundsOfDays(from, until) });

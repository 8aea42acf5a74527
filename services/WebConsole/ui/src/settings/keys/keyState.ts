// API keys: what a key is good for now, and what may be given to one.
import type { ApiKey } from '../../api/words';
import { ms } from '../../ui-bits/times';

/** Permissions under names that texts can have: the last underscore is the dot. */
export const permissionWords = [
  'calls_read', 'calls_listen', 'calls_dial', 'calls_export', 'callbacks_read', 'callbacks_write', 'clients_read', 'clients_write', 'clients_export', 'leads_read', 'leads_write',
  'deals_read', 'deals_write', 'reports_read', 'routing_read', 'routing_write', 'staff_read', 'staff_write', 'staff_owners', 'api_keys_read', 'api_keys_write', 'audit_read',
] as const;
export type PermissionWord = (typeof permissionWords)[number];

export const permissionOf = (word: PermissionWord): string => word.replace(/_(?=[a-z]+$)/, '.');

export const wordOfPermission = (permission: string): PermissionWord | undefined => permissionWords.find((word) => permissionOf(word) === permission);

type KeyState = 'good' | 'endsSoon' | 'ended' | 'revoked';

const soon = 14 * 86_400_000;

export function stateOf(key: Pick<ApiKey, 'revokedAt' | 'expiresAt'>, now: number): KeyState {
  if (key.revokedAt !== undefined) return 'revoked';
  const left = (ms(key.expiresAt) ?? 0) - now;
  return left <= 0 ? 'ended' : left < soon ? 'endsSoon' : 'good';
}

/** The end of a day that was typed, in the browser's zone; undefined when there is none. */
export function endOfDay(day: string): string | undefined {
  const at = new Date(`${day}T23:59:59`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

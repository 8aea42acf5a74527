// What is wrong with a form, at its fields: the services name them by their contract, as `rule.steps[1].rings`.
import { Problem } from '../../api/problem';

/** What is wrong by field, without the name of the message around it; the first of several. */
export function violationsOf(error: unknown, message: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (!(error instanceof Problem)) return found;
  for (const { field, description } of error.fields) {
    const path = field.startsWith(`${message}.`) ? field.slice(message.length + 1) : field;
    if (!found.has(path)) found.set(path, description);
  }
  return found;
}

/** Those of a field and of everything in it: what is wrong with an entry of a list can be with one of its parts. */
export function violationAt(violations: ReadonlyMap<string, string>, field: string): string | undefined {
  for (const [path, description] of violations) {
    if (path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)) return description;
  }
  return undefined;
}

/** Whether every violation is said at a field that the form shows, so that nothing must be said above it. */
export function allShown(violations: ReadonlyMap<string, string>, shown: readonly string[]): boolean {
  const isShown = (path: string): boolean => shown.some((field) => path === field || path.startsWith(`${field}[`) || path.startsWith(`${field}.`));
  return violations.size > 0 && [...violations.keys()].every(isShown);
}

/** Somebody else changed it since it was read. */
export const isStale = (error: unknown): boolean => error instanceof Problem && error.code === 'ABORTED';

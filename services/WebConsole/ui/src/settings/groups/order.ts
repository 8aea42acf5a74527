// The order in which a group rings. Staff keeps it, as a place of each employee in the group.
import type { Employee } from '../../api/words';

type Member = Pick<Employee, 'id' | 'version' | 'extension' | 'ringGroups' | 'dismissed'>;

const positionIn = (employee: Member, groupId: string): number | undefined => employee.ringGroups.find((p) => p.groupId === groupId)?.position;

/** The members of a group as it rings them: by position, of equal ones the smaller extension. */
export function membersOf<M extends Member>(groupId: string, everybody: readonly M[]): M[] {
  return everybody
    .filter((e) => !e.dismissed && positionIn(e, groupId) !== undefined)
    .sort((a, b) => (positionIn(a, groupId) ?? 0) - (positionIn(b, groupId) ?? 0) || a.extension.localeCompare(b.extension));
}

/** Who has which place in a group. */
export type Places = ReadonlyMap<string, number>;

export const placesIn = (groupId: string, everybody: readonly Member[]): Places =>
  new Map(membersOf(groupId, everybody).map((e) => [e.id, positionIn(e, groupId) ?? 0]));

/** Whether somebody else has changed places since the typing began. What is already as it is wanted is one's own, saved before a refusal, or no loss. */
export const isOvertaken = (before: Places, now: Places, wanted: readonly string[]): boolean =>
  [...new Set([...before.keys(), ...now.keys()])].some((id) => {
    const place = wanted.indexOf(id) + 1 || undefined;
    return now.get(id) !== before.get(id) && now.get(id) !== place;
  });

/** Whose places must change so that a group has these members in this order, each with all his places as they are to be. */
export function placesFor<M extends Member>(groupId: string, wanted: readonly string[], everybody: readonly M[]): { employee: M; ringGroups: Employee['ringGroups'] }[] {
  return everybody.flatMap((employee) => {
    const others = employee.ringGroups.filter((p) => p.groupId !== groupId);
    const index = wanted.indexOf(employee.id);
    const now = positionIn(employee, groupId);
    if (index < 0) return now === undefined || employee.dismissed ? [] : [{ employee, ringGroups: others }];
    return now === index + 1 ? [] : [{ employee, ringGroups: [...others, { groupId, position: index + 1 }] }];
  });
}

/** One further up or down. */
export function swapped(ids: readonly string[], index: number, by: -1 | 1): string[] {
  const [a, b] = [ids[index], ids[index + by]];
  if (a === undefined || b === undefined) return [...ids];
  return ids.with(index, b).with(index + by, a);
}

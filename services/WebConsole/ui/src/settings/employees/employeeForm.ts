// An employee as he is typed, and what of it is sent.
import type { AbsenceKind, Employee, Role, Visibility } from '../../api/words';
import { formatNumber } from '../../ui-bits/phoneNumber';
import { closesMinute, minutesOf, timeOf, typedEnd, type DaySpan } from '../week/week';

export interface AbsenceForm {
  key: number;
  kind: AbsenceKind;
  firstDay: string;
  lastDay: string;
}

export interface PlaceForm {
  key: number;
  groupId: string;
  position: number | '';
}

interface EmployeeForm {
  name: string;
  signInName: string;
  roles: Role[];
  team: string;
  extension: string;
  mobile: string;
  visibility: Visibility;
  timeZone: string;
  workingHours: DaySpan[];
  ringGroups: PlaceForm[];
  absences: AbsenceForm[];
}

export const roles = ['ROLE_MANAGER', 'ROLE_HEAD_OF_SALES', 'ROLE_OWNER', 'ROLE_MARKETING', 'ROLE_ADMINISTRATOR', 'ROLE_INTEGRATION'] as const satisfies Role[];
export const visibilities = ['VISIBILITY_OWN', 'VISIBILITY_TEAM', 'VISIBILITY_ALL'] as const satisfies Visibility[];

export const formOf = (employee: Employee): EmployeeForm => ({
  name: employee.name,
  signInName: employee.signInName,
  roles: employee.roles,
  team: employee.team,
  extension: employee.extension,
  mobile: formatNumber(employee.mobile),
  visibility: employee.visibility,
  timeZone: employee.timeZone,
  workingHours: employee.workingHours.map((s, key) => ({ key, weekday: s.weekday, opens: timeOf(s.opensMinute), closes: typedEnd(timeOf(s.closesMinute)) })),
  ringGroups: employee.ringGroups.map((place, key) => ({ key, ...place })),
  absences: employee.absences.map((absence, key) => ({ key, ...absence })),
});

type Sent = Omit<Employee, 'id' | 'version' | 'dismissed' | 'createdAt'>;

/** As it is sent. What is no time and no number goes as one that the service refuses by its field. */
export const employeeOf = (form: EmployeeForm): Sent => ({
  name: form.name.trim(),
  signInName: form.signInName.trim(),
  roles: form.roles,
  team: form.team.trim(),
  extension: form.extension.trim(),
  mobile: form.mobile.trim(),
  visibility: form.visibility,
  timeZone: form.timeZone,
  workingHours: form.workingHours.map((s) => ({ weekday: s.weekday, opensMinute: minutesOf(s.opens) ?? -1, closesMinute: closesMinute(s.closes) ?? -1 })),
  ringGroups: form.ringGroups.map(({ groupId, position }) => ({ groupId, position: Number(position) })),
  absences: form.absences.map(({ kind, firstDay, lastDay }) => ({ kind, firstDay, lastDay })),
});

/** The fields in which two differ, as a mask names them. */
export function changedFields(before: EmployeeForm, after: EmployeeForm): (keyof Sent)[] {
  const [a, b] = [employeeOf(before), employeeOf(after)];
  return (Object.keys(a) as (keyof Sent)[]).filter((field) => JSON.stringify(a[field]) !== JSON.stringify(b[field]));
}

export const sameEmployee = (a: EmployeeForm, b: EmployeeForm): boolean => changedFields(a, b).length === 0;

/** A new one is a manager who sees his own, in the zone of whoever enters him. */
export const newEmployee = (timeZone: string): Employee => ({
  id: '', version: '0', name: '', signInName: '', roles: ['ROLE_MANAGER'], team: '', extension: '', mobile: '', visibility: 'VISIBILITY_OWN', timeZone,
  workingHours: [], ringGroups: [], absences: [], dismissed: false,
});

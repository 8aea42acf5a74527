import { describe, expect, it } from 'vitest';
import type { Employee } from '../../api/words';
import { changedFields, employeeOf, formOf, newEmployee } from './employeeForm';

const employee: Employee = {
  id: 'e', version: '4', name: 'Валерий Соколов', signInName: 'valeriy', roles: ['ROLE_MANAGER'], team: 'Продажи', extension: '101', mobile: '79035550101',
  visibility: 'VISIBILITY_OWN', timeZone: 'Europe/Moscow', workingHours: [{ weekday: 1, opensMinute: 540, closesMinute: 1440 }],
  ringGroups: [{ groupId: 'g', position: 2 }], absences: [{ kind: 'ABSENCE_KIND_SICK', firstDay: '2026-01-02', lastDay: '2026-01-05' }], dismissed: false,
};

describe('an employee who is typed', () => {
  it('comes back as he was, his mobile as people write it', () => {
    const sent = employeeOf(formOf(employee));
    expect({ ...employee, ...sent, mobile: employee.mobile }).toEqual(employee);
    expect(sent.mobile).toBe('+7 (903) 555-01-01');
  });
  it('is shown the end of a day as the inputs write it', () => expect(formOf(employee).workingHours[0]).toMatchObject({ opens: '09:00', closes: '00:00' }));
  it('sends only what was changed', () => {
    const form = formOf(employee);
    expect(changedFields(form, formOf(employee))).toEqual([]);
    expect(changedFields(form, { ...form, name: 'Валерий Соколов ', absences: [] })).toEqual(['absences']);
    expect(changedFields(form, { ...form, ringGroups: [{ key: 9, groupId: 'g', position: 1 }] })).toEqual(['ringGroups']);
  });
  it('sends a time that is none as one that is refused, and not as midnight', () => {
    const form = formOf(employee);
    expect(employeeOf({ ...form, workingHours: [{ key: 0, weekday: 1, opens: '', closes: '' }] }).workingHours).toEqual([{ weekday: 1, opensMinute: -1, closesMinute: -1 }]);
  });
  it('begins as a manager who sees his own', () => expect(newEmployee('Europe/Moscow')).toMatchObject({ roles: ['ROLE_MANAGER'], visibility: 'VISIBILITY_OWN' }));
});

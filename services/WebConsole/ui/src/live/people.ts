// Whose a phone is.
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../api/ask';
import type { Employee } from '../api/words';
import { useMay, useMe } from '../session/meContext';
import { formatNumber } from '../ui-bits/phoneNumber';

/** Everybody, page by page. */
export async function allEmployees(signal: AbortSignal, withDismissed = false): Promise<Employee[]> {
  const found: Employee[] = [];
  let pageToken = '';
  do {
    const page = await ask('callcenter.staff.v1.Employees/ListEmployees', { withDismissed, pageSize: 500, pageToken }, signal);
    found.push(...page.employees);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return found;
}

export function useEmployees(): readonly Employee[] {
  const may = useMay('staff.read');
  const employees = useQuery({
    queryKey: ['employees'],
    queryFn: ({ signal }) => allEmployees(signal),
    enabled: may,
    staleTime: 5 * 60_000,
  });
  return useMemo(() => employees.data ?? [], [employees.data]);
}

/** The name of whoever has a phone, "you" for one's own, the number itself for nobody's. */
export function useNameOfPhone(): (phone: string) => string {
  const { t } = useTranslation();
  const me = useMe();
  const employees = useEmployees();
  const names = useMemo(() => {
    const map = new Map<string, string>();
    for (const { name, extension, mobile } of employees) {
      if (extension !== '') map.set(extension, name);
      if (mobile !== '') map.set(mobile, name);
    }
    return map;
  }, [employees]);
  return useCallback(
    (phone: string) => (phone !== '' && phone === me.extension ? t('call.me', { name: me.name }) : (names.get(phone) ?? formatNumber(phone))),
    [names, me.extension, me.name, t],
  );
}

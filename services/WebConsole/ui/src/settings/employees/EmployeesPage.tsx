import { Button, Select, Skeleton, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { Employee } from '../../api/words';
import { useLanguage } from '../../i18n/language';
import { useMay } from '../../session/meContext';
import { PartHealth } from '../../shell/PartHealth';
import { Empty } from '../../ui-bits/Empty';
import { PlusIcon, SearchIcon, UserIcon } from '../../ui-bits/icons';
import { Mark } from '../../ui-bits/Mark';
import { useMinute } from '../../ui-bits/now';
import { formatNumber } from '../../ui-bits/phoneNumber';
import { localeOf } from '../../ui-bits/times';
import { Trouble } from '../../ui-bits/Trouble';
import { isFound } from '../find';
import { useEverybody } from '../staff';
import css from './Employees.module.css';
import { awayOf } from './away';
import { roles } from './employeeForm';

/** Who works here: by name, with phone, role, and whether he is away now. The filters are in the address. */
export function EmployeesPage() {
  const { t } = useTranslation();
  const mayWrite = useMay('staff.write');
  const everybody = useEverybody();
  const [search, setSearch] = useSearchParams();
  const query = search.get('q') ?? '';
  const role = roles.find((r) => r === search.get('role'));
  const withDismissed = search.get('dismissed') === '1';
  const filter = (name: string, value: string): void => {
    const next = new URLSearchParams(search);
    if (value === '') next.delete(name);
    else next.set(name, value);
    setSearch(next, { replace: true });
  };
  const found = (everybody.data ?? []).filter((e) => (withDismissed || !e.dismissed) && (!role || e.roles.includes(role)) && isFound(query, [e.name, e.signInName, e.team], [e.extension, e.mobile]));

  return (
    <>
      <div className="page-head">
        <h2 className={css.title}>{t('settings.section.employees')}</h2>
        {everybody.data && <span className="dim sm num">{t('settings.employees.count', { count: found.length })}</span>}
        <span className="grow" />
        {mayWrite && <Button component={Link} to="new" leftSection={<PlusIcon size={16} />}>{t('settings.employees.add')}</Button>}
      </div>
      <div className="row wraps" role="search" aria-label={t('settings.section.employees')}>
        <TextInput type="search" leftSection={<SearchIcon size={16} />} aria-label={t('settings.employees.find')} placeholder={t('settings.employees.find')} w={280} maw="100%"
          value={query} onChange={(e) => filter('q', e.currentTarget.value)} />
        <Select aria-label={t('settings.employees.role')} placeholder={t('settings.employees.anyRole')} clearable w={230} value={role ?? null}
          onChange={(value) => filter('role', value ?? '')} data={roles.map((r) => ({ value: r, label: t(`settings.role.${r}`) }))} />
        <Switch label={t('settings.employees.withDismissed')} checked={withDismissed} onChange={(e) => filter('dismissed', e.currentTarget.checked ? '1' : '')} />
      </div>
      <PartHealth needs="staff">
        {everybody.isPending && <Skeleton height={260} radius="md" aria-label={t('shell.loading')} />}
        {everybody.isError && <Trouble error={everybody.error} retry={() => void everybody.refetch()} />}
        {everybody.data && found.length === 0 && (
          <div className="panel">
            <Empty icon={<UserIcon size={30} />} title={t('settings.form.nothingFound')} hint={t('settings.employees.noneHint')}
              action={<Button variant="light" onClick={() => setSearch({}, { replace: true })}>{t('history.reset')}</Button>} />
          </div>
        )}
        {found.length > 0 && (
          <ul className={`panel ${css.list ?? ''}`}>
            {found.map((employee) => <EmployeeRow key={employee.id} employee={employee} />)}
          </ul>
        )}
      </PartHealth>
    </>
  );
}

function EmployeeRow({ employee }: { employee: Employee }) {
  const { t } = useTranslation();
  return (
    <li className={css.row} data-dismissed={employee.dismissed || undefined} data-employee={employee.id}>
      <span className={css.who}>
        <Link to={employee.id} className="strong wrap">{employee.name}</Link>
        <span className="xs dim wrap">{employee.roles.map((r) => t(`settings.role.${r}`)).join(', ')}{employee.team !== '' && ` · ${employee.team}`}</span>
      </span>
      <span className={css.phones}>
        <span className="num strong">{employee.extension === '' ? <span className="dim">—</span> : employee.extension}</span>
        <span className="xs dim num">{formatNumber(employee.mobile)}</span>
      </span>
      <span className="sm dim cut" data-column="sign">{employee.signInName === '' ? t('settings.employees.noSignIn') : employee.signInName}</span>
      <span><Presence employee={employee} /></span>
    </li>
  );
}

function Presence({ employee }: { employee: Employee }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useMinute();
  if (employee.dismissed) return <Mark mood="unanswered">{t('settings.employees.dismissed')}</Mark>;
  const away = awayOf(employee, now);
  if (!away) return <Mark mood="talking">{t('settings.employees.here')}</Mark>;
  if (away.why === 'offHours') return <Mark mood="unanswered">{t('settings.employees.offHours')}</Mark>;
  const until = new Intl.DateTimeFormat(localeOf(language), { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(Date.parse(away.until));
  return <Mark mood={away.why === 'sick' ? 'missed' : 'later'}>{t(`settings.employees.${away.why}`, { until })}</Mark>;
}

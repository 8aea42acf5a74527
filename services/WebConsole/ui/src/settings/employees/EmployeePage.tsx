import { Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useMay } from '../../session/meContext';
import { PartHealth } from '../../shell/PartHealth';
import { Empty } from '../../ui-bits/Empty';
import { Mark } from '../../ui-bits/Mark';
import { Trouble } from '../../ui-bits/Trouble';
import { useEverybody } from '../staff';
import { AccessPart } from './AccessPart';
import { EmployeeEditor } from './EmployeeEditor';
import css from './Employees.module.css';
import { newEmployee } from './employeeForm';

/** One employee: what he is, how he is rung, when he works, and his access. */
export function EmployeePage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const mayWrite = useMay('staff.write');
  const everybody = useEverybody();
  const isNew = id === 'new';
  const known = everybody.data?.find((e) => e.id === id);
  const employee = isNew ? newEmployee(Intl.DateTimeFormat().resolvedOptions().timeZone) : known;

  return (
    <>
      <p className="sm"><Link to="/settings/employees">← {t('settings.section.employees')}</Link></p>
      <PartHealth needs="staff">
        {everybody.isPending && <Skeleton height={300} radius="md" aria-label={t('shell.loading')} />}
        {everybody.isError && <Trouble error={everybody.error} retry={() => void everybody.refetch()} />}
        {everybody.data && !employee && <div className="panel"><Empty title={t('settings.employees.gone')} /></div>}
        {everybody.data && employee && (
          <>
            <div className="page-head">
              <h2 className={`wrap ${css.title ?? ''}`}>{isNew ? t('settings.employees.newTitle') : employee.name}</h2>
              {employee.dismissed && <Mark mood="unanswered">{t('settings.employees.dismissed')}</Mark>}
            </div>
            {!isNew && mayWrite && !employee.dismissed && <AccessPart employee={employee} />}
            <EmployeeEditor key={id} employee={employee} everybody={everybody.data} readOnly={!mayWrite || employee.dismissed} />
          </>
        )}
      </PartHealth>
    </>
  );
}

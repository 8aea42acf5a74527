import { Button, Skeleton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../session/meContext';
import { PartHealth } from '../../shell/PartHealth';
import { Empty } from '../../ui-bits/Empty';
import { PlusIcon, UserIcon } from '../../ui-bits/icons';
import { Trouble } from '../../ui-bits/Trouble';
import { LeaveGuard } from '../forms/LeaveGuard';
import { useUnsaved } from '../forms/useUnsaved';
import { useRouting } from '../routing';
import { useEverybody } from '../staff';
import { GroupForm } from './GroupForm';
import css from './Groups.module.css';
import { GroupMembers } from './GroupMembers';

/** Managers who stand in for each other: who is in a group, and in which order they ring. */
export function GroupsPage() {
  const { t } = useTranslation();
  const mayWrite = useMay('routing.write');
  const routing = useRouting();
  const everybody = useEverybody();
  const [adding, setAdding] = useState(false);
  const [unsaved, tellChanged] = useUnsaved();
  const add = mayWrite && !adding && <Button leftSection={<PlusIcon size={16} />} onClick={() => setAdding(true)}>{t('settings.groups.add')}</Button>;

  return (
    <>
      <LeaveGuard changed={unsaved} />
      <div className="page-head">
        <h2 className={css.title}>{t('settings.section.groups')}</h2>
        <span className="grow" />
        {add}
      </div>
      <p className="dim sm">{t('settings.groups.lead')}</p>
      {adding && <div className={`panel ${css.group ?? ''}`}><GroupForm tellChanged={tellChanged} done={() => setAdding(false)} /></div>}
      <PartHealth needs="telephony">
        {(routing.isPending || everybody.isPending) && <Skeleton height={260} radius="md" aria-label={t('shell.loading')} />}
        <Trouble error={routing.error ?? everybody.error} retry={() => { void routing.refetch(); void everybody.refetch(); }} />
        {routing.data?.groups.length === 0 && <div className="panel"><Empty icon={<UserIcon size={30} />} title={t('settings.groups.empty')} hint={t('settings.groups.emptyHint')} action={add} /></div>}
        {routing.data && everybody.data && (
          <ul className="column" style={{ gap: 14 }}>
            {routing.data.groups.map((group) => (
              <li key={group.id} className={`panel ${css.group ?? ''}`} data-group={group.id}>
                <GroupForm group={group} users={routing.data.rules.filter((r) => r.groupId === group.id).map((r) => r.name)} tellChanged={tellChanged} />
                <GroupMembers group={group} everybody={everybody.data} tellChanged={tellChanged} />
              </li>
            ))}
          </ul>
        )}
      </PartHealth>
    </>
  );
}

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { AuditRecord, Employee } from '../../api/words';
import { openCard } from '../../card/cards';
import { useLanguage } from '../../i18n/language';
import { Mark } from '../../ui-bits/Mark';
import { useMinute } from '../../ui-bits/now';
import { dayAndTime, ms } from '../../ui-bits/times';
import css from './Audit.module.css';
import { isByTarget, wordOfAction } from './auditFilters';

interface AuditRowProps {
  record: AuditRecord;
  everybody: readonly Employee[];
}

/** One act: when, who, what, to what, from where. */
export function AuditRow({ record, everybody }: AuditRowProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useMinute();
  const word = wordOfAction(record.action);
  const byTarget = isByTarget(record);
  const actor = everybody.find((e) => e.id === (byTarget ? record.targetId : record.actorId))?.name;
  const kind = record.actorKind;
  const who = actor ?? (kind === 'system' || kind === 'service' || kind === 'nobody' ? t(`settings.audit.kind.${kind}`, { service: record.service }) : record.actorId || kind);
  const details = Object.entries(record.details);

  return (
    <li className={css.row} data-record={record.id}>
      <time className="sm num" dateTime={record.at} title={record.at}>{dayAndTime(ms(record.at) ?? now, language, now)}</time>
      <span className="strong sm wrap">{who}</span>
      <span className={css.what}>
        <span className="sm wrap">{word ? t(`settings.action.${word}`) : record.action} {record.outcome === 'refused' && <Mark mood="missed">{t('settings.audit.refused')}</Mark>}</span>
        {!byTarget && <Target record={record} everybody={everybody} />}
        {details.length > 0 && <span className="xs dim wrap">{details.map(([name, value]) => `${name}: ${value}`).join(' · ')}</span>}
      </span>
      <span className={`xs dim num ${css.address ?? ''}`}>{record.address}</span>
    </li>
  );
}

function Target({ record: { targetKind, targetId }, everybody }: AuditRowProps) {
  const { t } = useTranslation();
  const employee = everybody.find((e) => e.id === targetId);
  if (targetKind === '') return null;
  if (targetKind === 'call') {
    return <button type="button" className={`plain xs ${css.link ?? ''}`} onClick={() => openCard({ callId: targetId, origin: 'look', focus: true })}>{t('settings.audit.call')}</button>;
  }
  if (targetKind === 'employee') return <Link className="xs wrap" to={`/settings/employees/${targetId}`}>{employee?.name ?? t('settings.audit.employee')}</Link>;
  if (targetKind === 'escalation_rule') return <Link className="xs" to={`/settings/rules/${targetId}`}>{t('settings.audit.rule')}</Link>;
  if (targetKind === 'business_hours') return <Link className="xs" to="/settings/hours">{t('settings.audit.hours')}</Link>;
  if (targetKind === 'ring_group') return <Link className="xs" to="/settings/groups">{t('settings.audit.group')}</Link>;
  return <span className="xs dim wrap">{targetKind}: {targetId}</span>;
}

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Callback } from '../api/words';
import { useLanguage } from '../i18n/language';
import { DiallingLine } from '../live/DiallingLine';
import { diallings, isGoingOn } from '../live/diallings';
import { useMay, useMe } from '../session/meContext';
import { ChevronIcon, ClockIcon, PhoneOutIcon } from '../ui-bits/icons';
import { Mark } from '../ui-bits/Mark';
import { useMinute, useNow } from '../ui-bits/now';
import { formatNumber } from '../ui-bits/phoneNumber';
import { useStore } from '../ui-bits/store';
import { clock, dayAndTime, ms, span } from '../ui-bits/times';
import { Trouble } from '../ui-bits/Trouble';
import { CallbackDetails } from './CallbackDetails';
import css from './Callbacks.module.css';
import { isHeld, useNews } from './news';
import { PostponeForm } from './PostponeForm';
import { Score } from './Score';
import { diallingOfLease, holderOf } from './queue';
import { useWork } from './work';

interface QueueRowProps {
  callback: Callback;
  opened: boolean;
  toggle: () => void;
}

/** One who waits for a call: how long, why in this place, who has him; one click calls. */
export function QueueRow({ callback, opened, toggle }: QueueRowProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const me = useMe();
  const mayWork = useMay('callbacks.write');
  const mayDial = useMay('calls.dial') && me.extension !== '';
  const now = useMinute();
  const holder = holderOf(callback, me.employeeId, now);
  const dialling = diallingOfLease(callback, useStore(diallings));
  const { taking, calling, releasing, postponing } = useWork(callback, me.employeeId);

  const number = formatNumber(callback.number);
  const later = callback.state === 'STATE_POSTPONED' && (ms(callback.dueAt) ?? 0) > now;
  const counts = [
    callback.misses.length > 0 && t('callbacks.misses', { count: callback.misses.length }),
    callback.requests.length > 0 && t('callbacks.requests', { count: callback.requests.length }),
    callback.tries.length > 0 && t('callbacks.tries', { count: callback.tries.length }),
  ].filter(Boolean);
  const held = holder === 'me';
  const called = held && dialling !== undefined;
  const about = callback.note !== '' ? callback.note : (callback.requests.at(-1)?.text ?? '');

  return (
    <li className={css.item} data-held={held || undefined} data-callback={callback.id} data-mood={callback.escalated ? 'missed' : later ? 'later' : 'ringing'}>
      <div className={css.main}>
        <Score callback={callback} />
        <button type="button" className={`plain ${css.who ?? ''}`} onClick={toggle} aria-expanded={opened || held}>
          <span className="row">
            <span className="strong cut">{callback.clientName || number}</span>
            {!held && <span className={css.chevron} data-open={opened || undefined}><ChevronIcon size={16} /></span>}
          </span>
          <span className="sm dim cut num">{[callback.clientName ? number : '', ...counts, callback.responsibleName].filter(Boolean).join(' · ')}</span>
          {about !== '' && <span className="sm cut">{about}</span>}
        </button>
        <div className={css.wait}>
          {later ? (
            <Mark mood="later"><ClockIcon size={13} />{dayAndTime(ms(callback.dueAt) ?? now, language, now)}</Mark>
          ) : (
            <span className={callback.escalated ? css.urgent : 'sm'} title={callback.escalated ? t('callbacks.escalated') : undefined}>
              {t('callbacks.waits', { time: span(now - (ms(callback.openedAt) ?? now), language) })}
            </span>
          )}
          {holder === 'other' && <HeldBy callback={callback} />}
        </div>
        <div className={css.acts}>
          {mayWork && holder === 'nobody' && !mayDial && (
            <Button variant="default" loading={taking.isPending} onClick={() => taking.mutate()}>{t('callbacks.take')}</Button>
          )}
          {mayWork && mayDial && holder !== 'other' && !isGoingOn(dialling) && (
            <Button variant={held && called ? 'default' : 'filled'} leftSection={<PhoneOutIcon size={17} />} loading={calling.isPending}
              onClick={() => calling.mutate({ again: called })} aria-label={`${t('callbacks.call')}: ${callback.clientName || number}`}>
              {t('callbacks.call')}
            </Button>
          )}
        </div>
      </div>
      <Refused error={taking.error ?? calling.error ?? releasing.error} />
      {held && (
        <div className={css.work}>
          {dialling && <DiallingLine dialling={dialling} />}
          {dialling?.outcome === 'OUTCOME_TALKED' || dialling?.stage === 'STAGE_TALKING' ? <p className="sm">{t('callbacks.talked')}</p> : null}
          <div className="row wraps">
            <Countdown callback={callback} />
            <span className="grow" />
            <Button size="compact-sm" variant="default" loading={taking.isPending} onClick={() => taking.mutate()}>{t('callbacks.renew')}</Button>
            <Button size="compact-sm" variant="default" loading={releasing.isPending} onClick={() => releasing.mutate()}>{t('callbacks.release')}</Button>
          </div>
          {!isGoingOn(dialling) && dialling?.outcome !== 'OUTCOME_TALKED' && (
            <PostponeForm key={dialling?.outcome ?? 'before'} dialling={dialling} postponing={postponing} />
          )}
        </div>
      )}
      {(opened || held) && <CallbackDetails callback={callback} />}
    </li>
  );
}

function Countdown({ callback }: { callback: Callback }) {
  const { t } = useTranslation();
  const left = (ms(callback.lease?.until) ?? 0) - useNow();
  return (
    <span className="sm strong num" data-mood={left < 60_000 ? 'missed' : 'talking'} style={{ color: 'var(--mood)' }}>
      {left > 0 ? t('callbacks.yours', { time: clock(left) }) : t('callbacks.ranOut')}
    </span>
  );
}

function HeldBy({ callback }: { callback: Callback }) {
  const { t } = useTranslation();
  const left = (ms(callback.lease?.until) ?? 0) - useNow();
  return <span className="xs num" data-mood="lost" style={{ color: 'var(--mood)' }}>{t('callbacks.heldBy', { name: callback.lease?.employeeName ?? '', time: clock(left) })}</span>;
}

function Refused({ error }: { error: unknown }) {
  const newsOf = useNews();
  const news = newsOf(error);
  if (news) return <p className={css.news} data-mood={isHeld(error) ? 'lost' : 'talking'} role="alert">{news}</p>;
  return error ? <div className={css.news}><Trouble error={error} /></div> : null;
}

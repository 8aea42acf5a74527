import { useTranslation } from 'react-i18next';
import type { Call } from '../api/words';
import { PhoneIcon } from '../ui-bits/icons';
import { clock } from '../ui-bits/times';
import css from './LivePage.module.css';
import { ringingLegs, ringsOf, talkNow } from './callSense';
import { useNextStep } from './nextStep';
import { useNameOfPhone } from './people';

/** Whose phone rings and how often it has, what comes next; or who talks. */
export function WhoseTurn({ call, now }: { call: Call; now: number }) {
  const { t } = useTranslation();
  const nameOf = useNameOfPhone();
  const next = useNextStep(call, now);
  const talk = talkNow(call);

  if (call.state === 'STATE_ENDED') {
    const by = call.answeredBy === '' ? '' : t('live.takenBy', { name: nameOf(call.answeredBy) });
    return <span className="sm dim">{by || t(`call.miss.${call.missReason}`)}</span>;
  }
  if (talk) return <span className="sm">{t('call.talksTo', { name: nameOf(talk.phone) })}</span>;

  const ringing = ringingLegs(call);
  const shown = ringing.slice(0, 3);
  const step = ringing.at(-1)?.step ?? 0;
  const inMenu = call.menu !== undefined && call.menu.leftAt === undefined;
  return (
    <div className="column tight sm">
      {shown.map((leg) => (
        <div key={`${leg.phone} ${leg.dialledAt ?? ''}`} className={css.phone}>
          <span className={css.bell}><PhoneIcon size={15} /></span>
          <span className="cut strong">{nameOf(leg.phone)}</span>
          <span className="dim num">{t('call.rings', { count: ringsOf(leg, now) })}</span>
        </div>
      ))}
      {ringing.length > shown.length && <span className="dim">+{ringing.length - shown.length}</span>}
      {ringing.length === 0 && <span className="dim">{inMenu ? t('call.inMenu') : t('call.noPhoneRings')}</span>}
      {step > 0 && (
        <span className="xs dim">
          {t('call.step', { step: String(step) })}
          {next && ' · '}
          {next && (next.last
            ? t('live.nextLast')
            : t(next.inMs > 0 ? 'live.next' : 'live.nextSoon', { who: next.name === '' ? t(`live.target.${next.target}`) : next.name, time: clock(next.inMs) }))}
        </span>
      )}
    </div>
  );
}

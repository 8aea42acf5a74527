import { useTranslation } from 'react-i18next';
import type { Call } from '../api/words';
import { useNameOfPhone } from '../live/people';
import { useNow } from '../ui-bits/now';
import { TimeLine } from '../ui-bits/TimeLine';
import { clock, ms } from '../ui-bits/times';
import { tracksOf } from './course';

/** Whom the call rang and who talked in it, on a time line. */
export function CallCourse({ call, title = true }: { call: Call; title?: boolean }) {
  const { t } = useTranslation();
  const now = useNow();
  const nameOf = useNameOfPhone();
  const from = ms(call.startedAt) ?? now;
  const tracks = tracksOf(call, now, {
    nameOf,
    leg: (result) => t(`call.leg.${result}`),
    talk: t('call.mood.talking'),
    passed: t('whyMissed.passed'),
  });
  return (
    <section className="column tight" aria-label={title ? t('card.course') : undefined}>
      {title && <h3 className="section-title">{t('card.course')}</h3>}
      <TimeLine from={from} until={ms(call.endedAt) ?? now} tracks={tracks} label={clock} />
    </section>
  );
}

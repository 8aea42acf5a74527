import { useTranslation } from 'react-i18next';
import type { Call, CallNote } from '../api/words';
import { useLanguage } from '../i18n/language';
import { moodOf, talkedFor } from '../live/callSense';
import { useNameOfPhone } from '../live/people';
import { ChevronIcon, PhoneInIcon, PhoneInsideIcon, PhoneMissedIcon, PhoneOutIcon } from '../ui-bits/icons';
import { useMinute } from '../ui-bits/now';
import { clock, dayAndTime, ms } from '../ui-bits/times';
import { CallCourse } from './CallCourse';
import css from './Card.module.css';
import { Player } from './Player';

interface PastCallProps {
  call: Call;
  note: CallNote | undefined;
  opened: boolean;
  toggle: () => void;
}

export function DirectionIcon({ call }: { call: Call }) {
  if (call.result === 'RESULT_MISSED') return <PhoneMissedIcon size={17} />;
  if (call.direction === 'DIRECTION_OUT') return <PhoneOutIcon size={17} />;
  return call.direction === 'DIRECTION_INTERNAL' ? <PhoneInsideIcon size={17} /> : <PhoneInIcon size={17} />;
}

/** One earlier call: a line, and on demand its recording and course. */
export function PastCall({ call, note, opened, toggle }: PastCallProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useMinute();
  const nameOf = useNameOfPhone();
  const mood = moodOf(call);
  const talked = talkedFor(call, now);
  const by = call.talks.at(-1)?.phone ?? call.answeredBy;
  const what = by !== '' ? nameOf(by) : call.missReason !== 'MISS_REASON_UNSPECIFIED' ? t(`call.miss.${call.missReason}`) : t(`call.mood.${mood}`);

  return (
    <li className={css.past} data-mood={mood}>
      <button type="button" className={`plain ${css.pastline ?? ''}`} aria-expanded={opened} onClick={toggle}>
        <span className={css.pasticon}><DirectionIcon call={call} /><span className="sr-only">{t(`call.direction.${call.direction}`)}, {t(`call.mood.${mood}`)}</span></span>
        <span className="num">{dayAndTime(ms(call.startedAt) ?? now, language, now)}</span>
        <span className="cut" style={{ color: mood === 'missed' || mood === 'lost' ? 'var(--mood)' : undefined }}>{what}</span>
        <span className="row gap-s num">{talked === undefined ? '' : clock(talked)}<ChevronIcon size={15} /></span>
      </button>
      {note && (note.text !== '' || note.result !== 'TALK_RESULT_UNSPECIFIED') && (
        <p className="sm wrap" style={{ paddingLeft: 28 }}>
          {note.result !== 'TALK_RESULT_UNSPECIFIED' && <span className="strong">{t(`card.talkResult.${note.result}`)}. </span>}
          {note.text}
        </p>
      )}
      {opened && (
        <div className="column" style={{ padding: '8px 0 4px' }}>
          <Player call={call} />
          {(call.legs.length > 0 || call.talks.length > 0) && <CallCourse call={call} title={false} />}
        </div>
      )}
    </li>
  );
}

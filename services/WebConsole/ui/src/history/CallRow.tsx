import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Call } from '../api/words';
import { DirectionIcon } from '../card/PastCall';
import { useClient, usePartyWords } from '../clients/clientsOf';
import { useLanguage } from '../i18n/language';
import { moodOf, talkedFor } from '../live/callSense';
import { useNameOfPhone } from '../live/people';
import { SoundIcon } from '../ui-bits/icons';
import { Mark } from '../ui-bits/Mark';
import { useMinute } from '../ui-bits/now';
import { formatNumber } from '../ui-bits/phoneNumber';
import { clock, dayAndTime, ms } from '../ui-bits/times';
import css from './History.module.css';

interface CallRowProps {
  call: Call;
  index: number;
  top: number;
  height: number;
  /** Nothing scrolls: names may be fetched. */
  still: boolean;
  chosen: boolean;
  open: () => void;
}

export function CallRow({ call, index, top, height, still, chosen, open }: CallRowProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useMinute();
  const nameOf = useNameOfPhone();
  const wordsOf = usePartyWords();
  const wanted = useStill(call.clientId, still);
  const { data: client } = useClient(wanted);
  const name = client?.name ?? call.clientName;
  const mood = moodOf(call);
  const talked = talkedFor(call, now);
  const by = [...new Set(call.talks.map((talk) => nameOf(talk.phone)))].join(' → ') || (call.placedBy === '' ? '' : nameOf(call.placedBy));
  const reason = call.missReason === 'MISS_REASON_UNSPECIFIED' ? '' : t(`call.miss.${call.missReason}`);
  const record = call.recording?.state === 'RECORDING_STATE_READY';

  return (
    <div
      role="row" tabIndex={0} data-index={index} data-mood={mood} data-chosen={chosen || undefined} aria-rowindex={index + 2}
      className={`${css.cells ?? ''} ${css.row ?? ''}`} style={{ height, transform: `translateY(${top}px)` }}
      onClick={open}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault();
          open();
        }
      }}
    >
      <span role="cell" data-column="when" className="num">{dayAndTime(ms(call.startedAt) ?? now, language, now)}</span>
      <span role="cell" data-column="who" className="row">
        <span className={css.icon}><DirectionIcon call={call} /></span>
        <span className="sr-only">{t(`call.direction.${call.direction}`)}</span>
        <span className="cut"><span className={name ? 'strong' : 'num'}>{name || wordsOf(call)}</span>
          {name && <span className="dim num"> {wordsOf(call)}</span>}</span>
      </span>
      <span role="cell" data-column="result" className="cut" title={reason}>
        <Mark mood={mood}>{t(`call.mood.${mood}`)}</Mark> <span className="dim sm">{reason}</span>
      </span>
      <span role="cell" data-column="by" className="cut">{by}</span>
      <span role="cell" data-column="own" className="num dim cut">{formatNumber(call.ownNumber)}</span>
      <span role="cell" data-column="length" className="num">{talked === undefined ? '' : clock(talked)}</span>
      <span role="cell" data-column="record">{record && <><SoundIcon size={17} /><span className="sr-only">{t('history.hasRecord')}</span></>}</span>
    </div>
  );
}

/** A client's id once the list has stood still over it: a quick scroll over thousands of rows asks for none. */
function useStill(id: string, still: boolean): string {
  const seen = useRef('');
  // eslint-disable-next-line react-hooks/refs -- only ever grows towards the id, so a second drawing gives the same
  if (still && seen.current !== id) seen.current = id;
  // eslint-disable-next-line react-hooks/refs
  return seen.current === id ? id : '';
}

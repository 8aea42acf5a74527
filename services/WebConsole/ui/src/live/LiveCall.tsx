import { Button } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Call } from '../api/words';
import { openCard } from '../card/cards';
import { useNameOfCall, usePartyWords } from '../clients/clientsOf';
import { useMay, useMe } from '../session/meContext';
import { Mark } from '../ui-bits/Mark';
import { useNow } from '../ui-bits/now';
import { usePartOf } from '../ui-bits/store';
import { clock, ms } from '../ui-bits/times';
import { formatNumber } from '../ui-bits/phoneNumber';
import { TakeIcon } from '../ui-bits/icons';
import { DiallingLine } from './DiallingLine';
import css from './LivePage.module.css';
import { canBeTaken, moodOf, myPart, talkedFor } from './callSense';
import { diallingOf, diallings, isGoingOn } from './diallings';
import { useDial } from './useDial';
import { WhoseTurn } from './WhoseTurn';

/** One line of the calls; drawn anew with its own call, not with every other one. */
export const LiveCall = memo(function LiveCall({ call }: { call: Call }) {
  const { t } = useTranslation();
  const me = useMe();
  const mayDial = useMay('calls.dial');
  const now = useNow();
  const client = useNameOfCall(call);
  const wordsOf = usePartyWords();
  const { take } = useDial();
  const dialling = usePartOf(diallings, (all) => diallingOf(all, call.id));

  const mood = moodOf(call);
  const ended = call.state === 'STATE_ENDED';
  const number = wordsOf(call);
  const since = call.state === 'STATE_RINGING' ? (ms(call.endedAt) ?? now) - (ms(call.startedAt) ?? now) : talkedFor(call, now);
  const whom = `${t(`call.direction.${call.direction}`)}${call.ownNumber === '' ? '' : ` · ${t(call.direction === 'DIRECTION_OUT' ? 'call.from' : 'call.on', { number: formatNumber(call.ownNumber) })}`}`;

  return (
    <li className={css.call} data-mood={mood} data-mine={myPart(call, me.extension)} data-call={call.id} data-ended={ended || undefined}>
      <div className="column tight">
        <button type="button" className={`plain cut ${css.who ?? ''}`} title={t('live.open')}
          onClick={() => openCard({ callId: call.id, number: call.partyNumber, origin: 'look', focus: true })}>
          {client ?? number}
        </button>
        <span className="sm dim">{client !== undefined && <><span className="num">{number}</span> · </>}{whom}</span>
      </div>
      <WhoseTurn call={call} now={now} />
      <div className={css.acts}>
        {ended && <Mark mood={mood}>{t(`call.mood.${mood}`)}</Mark>}
        {since !== undefined && <span className={`num ${css.timer ?? ''}`}>{clock(since)}</span>}
        {mayDial && me.extension !== '' && canBeTaken(call, me.extension) && !isGoingOn(dialling) && (
          <Button leftSection={<TakeIcon size={17} />} loading={take.isPending} onClick={() => take.mutate(call.id)}>
            {t('live.take')}
          </Button>
        )}
      </div>
      {dialling && (!ended || !isGoingOn(dialling)) && <div className={css.wide}><DiallingLine dialling={dialling} call={call} /></div>}
    </li>
  );
});

import { Button } from '@mantine/core';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { useClientOfCall, useNameOfCall, usePartyWords } from '../clients/clientsOf';
import { DiallingLine } from '../live/DiallingLine';
import { WhoseTurn } from '../live/WhoseTurn';
import { canBeTaken, moodOf, myPart, talkedFor } from '../live/callSense';
import { diallingOf, diallings, isGoingOn } from '../live/diallings';
import { useDial } from '../live/useDial';
import { useMay, useMe } from '../session/meContext';
import { PartHealth } from '../shell/PartHealth';
import { Empty } from '../ui-bits/Empty';
import { PhoneOutIcon, TakeIcon } from '../ui-bits/icons';
import { useNow } from '../ui-bits/now';
import { formatNumber } from '../ui-bits/phoneNumber';
import { useStore } from '../ui-bits/store';
import { clock, dayAndTime, ms } from '../ui-bits/times';
import { Trouble } from '../ui-bits/Trouble';
import { useLanguage } from '../i18n/language';
import { Problem } from '../api/problem';
import { CallCourse } from './CallCourse';
import css from './Card.module.css';
import { ClientPart } from './ClientPart';
import { MakeCallback } from './MakeCallback';
import { NoteField } from './NoteField';
import { NumberHistory } from './NumberHistory';
import { OpenCallbacks } from './OpenCallbacks';
import { Player } from './Player';
import { useCallOf } from './callOf';
import type { OpenCard } from './cards';

/** Everything one needs while a call rings, goes on, and right after it. */
export function CallCard({ card }: { card: OpenCard }) {
  const { t } = useTranslation();
  const { call, gone, error } = useCallOf(card.callId);
  const dialling = diallingOf(useStore(diallings), card.callId);
  const number = call?.partyNumber ?? card.number;

  if (gone && number === '') {
    return error instanceof Problem && error.code !== 'NOT_FOUND' ? <Trouble error={error} /> : <Empty title={t('card.gone')} />;
  }
  return (
    <>
      <CardHead card={card} />
      {dialling && <DiallingLine dialling={dialling} call={call} />}
      <PartHealth needs="leads">
        <ClientPart call={call} number={number} />
        {call && <NoteField callId={call.id} />}
        <OpenCallbacks number={number} clientId={call?.clientId ?? ''} />
        {call && number !== '' && <MakeCallback call={call} />}
      </PartHealth>
      {call?.state === 'STATE_ENDED' && <Player call={call} />}
      {call && (call.legs.length > 0 || call.talks.length > 0) && <CallCourse call={call} />}
      {number !== '' && <NumberHistory number={number} except={card.callId} />}
    </>
  );
}

function CardHead({ card }: { card: OpenCard }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const me = useMe();
  const mayDial = useMay('calls.dial') && me.extension !== '';
  const now = useNow();
  const { call } = useCallOf(card.callId);
  const { data: client } = useClientOfCall(call);
  const named = useNameOfCall(call);
  const name = client?.name ?? named;
  const wordsOf = usePartyWords();
  const { take, place } = useDial();
  const dialling = diallingOf(useStore(diallings), card.callId);

  if (!call) return <div className={css.head} data-mood="unanswered"><h2>{formatNumber(card.number)}</h2></div>;

  const mood = moodOf(call);
  const words = wordsOf(call);
  const part = myPart(call, me.extension);
  const started = ms(call.startedAt) ?? now;
  const since = call.state === 'STATE_RINGING' ? now - started : talkedFor(call, now);
  const said = part === 'rings' ? t('card.ringsYou') : t(`call.mood.${mood}`);
  const own = call.ownNumber === '' ? '' : t(call.direction === 'DIRECTION_OUT' ? 'call.from' : 'call.on', { number: formatNumber(call.ownNumber) });
  const ended = call.state === 'STATE_ENDED';

  return (
    <div className={css.head} data-mood={mood}>
      <div className="row">
        <span className={css.state}>{said}{mood === 'missed' && ` · ${t(`call.miss.${call.missReason}`)}`}</span>
        <span className="grow" />
        {since !== undefined && <span className={`num ${css.since ?? ''}`}>{clock(since)}</span>}
      </div>
      <h2 className="wrap">{name ?? words}</h2>
      <p className="sm">
        {[name !== undefined ? words : '', `${t(`call.direction.${call.direction}`)} ${own}`, ended ? dayAndTime(started, language, now) : '']
          .filter((word) => word !== '')
          .map((word, i) => <Fragment key={word}>{i > 0 && ' · '}<span className="num">{word}</span></Fragment>)}
      </p>
      {!ended && <WhoseTurn call={call} now={now} />}
      {ended && call.answeredBy !== '' && <WhoseTurn call={call} now={now} />}
      {call.menu && call.menu.path !== '' && <p className="sm">{t('call.menu', { path: call.menu.path })}</p>}
      {mayDial && canBeTaken(call, me.extension) && !isGoingOn(dialling) && (
        <Button fullWidth leftSection={<TakeIcon size={17} />} loading={take.isPending} onClick={() => take.mutate(call.id)}>{t('live.take')}</Button>
      )}
      {mayDial && ended && call.partyNumber !== '' && call.party === 'PARTY_OUTSIDE' && (
        <Button fullWidth variant="default" leftSection={<PhoneOutIcon size={17} />} loading={place.isPending}
          onClick={() => place.mutate({ number: call.partyNumber, shownName: name ?? '' })}>
          {t('card.callback')}
        </Button>
      )}
    </div>
  );
}

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Callback } from '../api/words';
import { openCard } from '../card/cards';
import { useLanguage } from '../i18n/language';
import { useMinute } from '../ui-bits/now';
import { dayAndTime, ms } from '../ui-bits/times';
import css from './Callbacks.module.css';
import { ScoreParts } from './Score';
import { WhyMissed } from './WhyMissed';

/** Everything that asks for the call, what was tried, and what closed it. */
export function CallbackDetails({ callback }: { callback: Callback }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useMinute();
  const [why, setWhy] = useState<string>();
  const when = (time: string | undefined): string => dayAndTime(ms(time) ?? now, language, now);
  const look = (callId: string): void => openCard({ callId, number: callback.number, origin: 'look', focus: true });

  return (
    <div className={css.details}>
      {callback.scoreParts.length > 0 && <ScoreParts callback={callback} />}
      {callback.clientId !== '' && <Link className="sm" to={`/clients/${callback.clientId}`}>{callback.clientName}</Link>}
      {callback.misses.length > 0 && (
        <div>
          <h3 className="section-title">{t('callbacks.missed')}</h3>
          <ul>
            {callback.misses.map((miss) => (
              <li key={miss.callId} className="row wraps sm" data-mood="missed">
                <span className="num">{when(miss.at)}</span>
                <span style={{ color: 'var(--mood)' }}>{t(`call.miss.${miss.reason}`)}</span>
                {miss.message && (
                  miss.message.state === 'MESSAGE_STATE_LOST'
                    ? <span className="dim">{t('callbacks.messageLost')}</span>
                    : <Button size="compact-xs" variant="light" onClick={() => look(miss.callId)}>{t('callbacks.message')}</Button>
                )}
                <span className="grow" />
                {miss.reason !== 'MISS_REASON_LOST_IN_TRANSFER' && (
                  <Button size="compact-xs" variant="subtle" onClick={() => setWhy(miss.callId)}>{t('callbacks.why')}</Button>
                )}
                <Button size="compact-xs" variant="subtle" color="gray" onClick={() => look(miss.callId)}>{t('live.open')}</Button>
              </li>
            ))}
          </ul>
        </div>
      )}
      {callback.requests.length > 0 && (
        <div>
          <h3 className="section-title">{t('callbacks.asked')}</h3>
          <ul className="column tight">
            {callback.requests.map((request) => (
              <li key={request.number} className="sm">
                <span className="num">{when(request.at)}</span> · {t(`callbacks.source.${request.source}`)}
                {isKnownKind(request.kind) && ` · ${t(`callbacks.ask.${request.kind}`)}`}
                {request.name !== '' && ` · ${request.name}`}
                {request.text !== '' && <p className="wrap">{request.text}</p>}
              </li>
            ))}
          </ul>
        </div>
      )}
      {callback.tries.length > 0 && (
        <div>
          <h3 className="section-title">{t('callbacks.tried')}</h3>
          <ul>
            {callback.tries.map((one, i) => (
              <li key={i} className="row wraps sm">
                <span className="num">{when(one.at)}</span>
                <span>{t(`callbacks.tryResult.${one.result}`)}</span>
                {one.employeeName !== '' && <span className="dim">{one.employeeName}</span>}
                {one.note !== '' && <span className="wrap">«{one.note}»</span>}
              </li>
            ))}
          </ul>
        </div>
      )}
      {callback.state === 'STATE_CLOSED' && (
        <p className="row wraps sm">
          <span className="strong">{t(`callbacks.outcome.${callback.outcome}`)}</span>
          {callback.evidenceCallId !== '' && (
            <Button size="compact-xs" variant="light" onClick={() => look(callback.evidenceCallId)}>{t('callbacks.evidence')}</Button>
          )}
        </p>
      )}
      {why !== undefined && <WhyMissed callId={why} close={() => setWhy(undefined)} />}
    </div>
  );
}

function isKnownKind(kind: string): kind is 'call' | 'presentation' | 'question' {
  return kind === 'call' || kind === 'presentation' || kind === 'question';
}

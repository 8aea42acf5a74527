import { useTranslation } from 'react-i18next';
import { useNameOfCall, usePartyWords } from '../clients/clientsOf';
import { moodOf } from '../live/callSense';
import { CloseIcon } from '../ui-bits/icons';
import { formatNumber } from '../ui-bits/phoneNumber';
import css from './Card.module.css';
import { useCallOf } from './callOf';
import { showCard, type OpenCard } from './cards';
import { closeByHand } from './closing';

export function CardTab({ card, chosen }: { card: OpenCard; chosen: boolean }) {
  const { t } = useTranslation();
  const { call } = useCallOf(card.callId);
  const name = useNameOfCall(call);
  const wordsOf = usePartyWords();
  const who = name ?? (call ? wordsOf(call) : formatNumber(card.number) || '…');
  const close = (): void => closeByHand(card.callId, t('card.closed', { who }));
  return (
    <li ref={(tab) => { if (chosen) tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }} className={css.tab} data-chosen={chosen || undefined} data-mood={call ? moodOf(call) : 'unanswered'}>
      <button
        type="button"
        aria-current={chosen}
        className={`plain cut ${css.tabname ?? ''}`}
        onClick={() => showCard(card.callId)}
        onKeyDown={(event) => {
          const next = event.key === 'ArrowRight' ? 'nextElementSibling' : event.key === 'ArrowLeft' ? 'previousElementSibling' : undefined;
          const tab = next && event.currentTarget.parentElement?.[next]?.querySelector('button');
          tab?.focus();
          tab?.click();
          if (event.key === 'Delete') close();
        }}
      >
        <i className={css.dot} aria-hidden="true" />
        {who}
      </button>
      <button type="button" className={`plain ${css.x ?? ''}`} aria-label={t('card.closeTab', { who })} onClick={close}>
        <CloseIcon size={14} />
      </button>
    </li>
  );
}

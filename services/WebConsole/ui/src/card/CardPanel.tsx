import { ActionIcon, Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../session/meContext';
import { CloseIcon, FoldIcon, PhoneIcon } from '../ui-bits/icons';
import { useStore } from '../ui-bits/store';
import { CallCard } from './CallCard';
import { CardTab } from './CardTab';
import css from './Card.module.css';
import { cards } from './cards';
import { closeAllByHand } from './closing';
import { takeUpDrafts } from './notes';

/** The call cards beside the page, one tab for each call. Not a dialog: the page stays in reach. */
export function CardPanel() {
  const { t } = useTranslation();
  const me = useMe();
  const { open, active } = useStore(cards);
  const [folded, setFolded] = useState<string>();
  const isFolded = folded !== undefined && folded === active;
  const shown = open.find((c) => c.callId === active) ?? open[0];
  useEffect(() => takeUpDrafts(me.employeeId), [me.employeeId]);

  if (!shown) return null;
  if (isFolded) {
    return (
      <div className={css.folded}>
        <Button leftSection={<PhoneIcon size={16} />} onClick={() => setFolded(undefined)}>{t('card.show', { count: open.length })}</Button>
      </div>
    );
  }
  return (
    <aside className={css.panel} aria-label={t('card.title')}>
      <div className={css.tabs}>
        <ul className={css.tablist}>
          {open.map((card) => <CardTab key={card.callId} card={card} chosen={card === shown} />)}
        </ul>
        {open.length > 1 && (
          <ActionIcon aria-label={t('card.closeAll')} title={t('card.closeAll')} onClick={() => closeAllByHand(t('card.closedAll'))}><CloseIcon size={16} /></ActionIcon>
        )}
        <ActionIcon aria-label={t('card.hide')} title={t('card.hide')} onClick={() => setFolded(active)}><FoldIcon size={18} /></ActionIcon>
      </div>
      <div className={css.body} data-card={shown.callId} tabIndex={-1}>
        <CallCard key={shown.callId} card={shown} />
      </div>
    </aside>
  );
}

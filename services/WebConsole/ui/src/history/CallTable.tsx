import { useVirtualizer } from '@tanstack/react-virtual';
import { useMediaQuery } from '@mantine/hooks';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Call } from '../api/words';
import { cards, openCard } from '../card/cards';
import { useStore } from '../ui-bits/store';
import { CallRow } from './CallRow';
import css from './History.module.css';

interface CallTableProps {
  calls: readonly Call[];
  /** How many stand before them and were let go. */
  offset: number;
  hasMore: boolean;
  isLoading: boolean;
  more: () => void;
  /** Asks for those before again. */
  before: () => void;
}

const columns = ['when', 'who', 'result', 'by', 'own', 'length', 'record'] as const;

/** Draws only the rows in sight, and asks for the next page before they end. Up, Down and Enter work as in a mail program. */
export function CallTable({ calls, offset, hasMore, isLoading, more, before }: CallTableProps) {
  const { t } = useTranslation();
  const narrow = useMediaQuery('(max-width: 799px)', false);
  const { active } = useStore(cards);
  const count = offset + calls.length;
  const scroller = useRef<HTMLDivElement>(null);
  // The library keeps its own state outside React; nothing here is memoised over it.
  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => (narrow ? 62 : 44),
    overscan: 12,
    getItemKey: (i) => calls[i - offset]?.id ?? i,
  });
  const items = rows.getVirtualItems();
  const first = items.at(0)?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const measure = rows.measure;

  useEffect(() => measure(), [narrow, measure]);
  useEffect(() => {
    if (isLoading) return;
    if (first < offset + 40 && offset > 0) before();
    else if (hasMore && last >= count - 40) more();
  }, [hasMore, isLoading, first, last, offset, count, more, before]);

  const look = (call: Call): void => openCard({ callId: call.id, number: call.partyNumber, origin: 'look', focus: true });

  function keys(event: KeyboardEvent<HTMLDivElement>): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || !(event.target instanceof HTMLElement)) return;
    const at = Number(event.target.closest<HTMLElement>('[data-index]')?.dataset.index ?? -1) + step;
    if (at < 0 || at >= count) return;
    event.preventDefault();
    rows.scrollToIndex(at, { align: 'auto' });
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${at}"]`)?.focus());
  }

  return (
    <div className={`panel ${css.table ?? ''}`} role="table" aria-label={t('history.title')} aria-rowcount={hasMore ? -1 : count + 1}>
      <div role="rowgroup" className={css.thead}>
        <div role="row" className={css.cells}>
          {columns.map((column) => <span key={column} role="columnheader" data-column={column}>{t(`history.column.${column}`)}</span>)}
        </div>
      </div>
      <div role="rowgroup" className={css.scroller} ref={scroller} onKeyDown={keys} tabIndex={-1}>
        <div role="presentation" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const call = calls[item.index - offset];
            return call && (
              <CallRow key={item.key} call={call} index={item.index} top={item.start} height={item.size} still={!rows.isScrolling}
                chosen={active === call.id} open={() => look(call)} />
            );
          })}
        </div>
        {isLoading && <p className="dim sm" style={{ padding: 12, textAlign: 'center' }} role="status">{t('history.more')}</p>}
      </div>
    </div>
  );
}

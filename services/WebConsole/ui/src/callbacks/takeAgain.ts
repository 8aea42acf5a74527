// Giving a callback back can be taken back: it is taken again, if nobody else has taken it meanwhile. No phone rings for that.
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Callback } from '../api/words';
import { now } from '../ui-bits/now';
import { formatNumber } from '../ui-bits/phoneNumber';
import { useProblemText } from '../ui-bits/problemText';
import { toast } from '../ui-bits/toasts';
import { offerUndo } from '../ui-bits/undo';
import { useNews } from './news';
import { isFree } from './queue';

export function useOfferToTakeAgain(): (released: Callback, takeAgain: () => Promise<void>) => void {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const textOf = useProblemText();
  const newsOf = useNews();
  return (released, takeAgain) => {
    const who = released.clientName || formatNumber(released.number);
    const known = (): Callback[] =>
      cache.getQueriesData<{ callbacks: Callback[] }>({ queryKey: ['callbacks', 'queue'] }).flatMap(([, queue]) => queue?.callbacks ?? []);
    offerUndo({
      title: t('callbacks.released', { who }),
      key: `release ${released.id}`,
      holds: () => isFree(released, known(), now()),
      watch: (look) => cache.getQueryCache().subscribe(({ type }) => type === 'updated' && look()),
      undo: () => void takeAgain().catch((error: unknown) => toast({ mood: 'missed', title: newsOf(error) ?? textOf(error), text: who })),
    });
  };
}

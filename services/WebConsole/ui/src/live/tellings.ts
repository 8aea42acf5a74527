// What is told wherever one is: a missed call, and in the tab's title that one's phone rings.
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { openCard } from '../card/cards';
import { usePartyWords } from '../clients/clientsOf';
import { useMe } from '../session/meContext';
import { toast } from '../ui-bits/toasts';
import { usePartOf } from '../ui-bits/store';
import { myPart } from './callSense';
import { liveCalls } from './liveCalls';

/** A miss is told to those it rang for, and to those who lead. */
export function useMissesTold(): void {
  const { t } = useTranslation();
  const me = useMe();
  const wordsOf = usePartyWords();
  useEffect(
    () =>
      liveCalls.onChange((call, before, inSnapshot) => {
        if (inSnapshot || call.result !== 'RESULT_MISSED' || before?.result === 'RESULT_MISSED') return;
        const rangForMe = call.legs.some((leg) => leg.phone === me.extension && me.extension !== '');
        if (!rangForMe && me.visibility === 'own') return;
        toast({
          mood: 'missed',
          title: `${t('live.missedToast')}: ${call.clientName || wordsOf(call)}`,
          text: t(`call.miss.${call.missReason}`),
          action: { label: t('live.backToast'), run: () => openCard({ callId: call.id, origin: 'click', focus: true }) },
        });
      }),
    [t, me, wordsOf],
  );
}

/** Another tab is in front, perhaps: its title says who rings. */
export function useRingingTitle(): void {
  const { t } = useTranslation();
  const me = useMe();
  const wordsOf = usePartyWords();
  const mine = usePartOf(liveCalls.all, (calls) => calls.find((call) => myPart(call, me.extension) === 'rings'));
  const title = mine ? t('live.titleRings', { who: mine.clientName || wordsOf(mine) }) : t('shell.product');
  useEffect(() => {
    document.title = title;
  }, [title]);
}

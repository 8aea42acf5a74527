// A card opens when a phone of mine rings or talks, or when I placed the call; it goes by itself only when it never became mine.
import { useEffect } from 'react';
import { diallingOf, diallings, isGoingOn } from '../live/diallings';
import { isMine, myPart } from '../live/callSense';
import { liveCalls } from '../live/liveCalls';
import type { Call } from '../api/words';
import { useMe } from '../session/meContext';
import { cards, closeCard, closeOldCards, openCard } from './cards';

const goneAfterMs = 20_000;

export function useCardsOpenThemselves(): void {
  const { extension } = useMe();
  useEffect(() => {
    const asked = new Set<string>();
    const leaving = new Map<string, ReturnType<typeof setTimeout>>();

    function talksAlready(): boolean {
      return liveCalls.all.get().some((call) => myPart(call, extension) === 'talks');
    }

    function isOver(id: string): boolean {
      const call = liveCalls.find(id);
      return call === undefined ? !isGoingOn(diallingOf(diallings.get(), id)) : call.state === 'STATE_ENDED';
    }

    function told(call: Call): void {
      const part = myPart(call, extension);
      if (part !== 'none') {
        clearTimeout(leaving.get(call.id));
        leaving.delete(call.id);
        // Once for each call and part: who closed it by hand is not shown it again at the next change.
        const key = `${call.id} ${part}`;
        if (asked.has(key)) return;
        asked.add(key);
        openCard({ callId: call.id, number: call.partyNumber, origin: 'phone', focus: part !== 'rings' || !talksAlready() });
        closeOldCards(isOver);
      } else if (!isMine(call, extension)) {
        for (const other of ['rings', 'talks', 'placed']) asked.delete(`${call.id} ${other}`);
        if (!leaving.has(call.id) && cards.get().open.some((c) => c.callId === call.id && c.origin === 'phone')) {
          leaving.set(call.id, setTimeout(() => leave(call.id), goneAfterMs));
        }
      }
    }

    function leave(callId: string): void {
      leaving.delete(callId);
      if (cards.get().open.some((c) => c.callId === callId && !c.touched && c.origin === 'phone')) closeCard(callId);
    }

    function dialled(): void {
      for (const dialling of diallings.get()) {
        if (!isGoingOn(dialling) || asked.has(dialling.id)) continue;
        asked.add(dialling.id);
        openCard({ callId: dialling.callId, number: dialling.number, origin: 'click', focus: true });
      }
    }

    liveCalls.all.get().forEach(told);
    const leaveCalls = liveCalls.onChange(told);
    const leaveDiallings = diallings.subscribe(dialled);
    return () => {
      leaveCalls();
      leaveDiallings();
      for (const timer of leaving.values()) clearTimeout(timer);
    };
  }, [extension]);
}

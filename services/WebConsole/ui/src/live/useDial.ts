// The two clicks that ring phones, with their refusals said in words.
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Problem } from '../api/problem';
import type { Dialling } from '../api/words';
import { useProblemText } from '../ui-bits/problemText';
import { toast } from '../ui-bits/toasts';
import { placeCall, takeOver } from './diallings';

/** A key for one click. Not on every origin is crypto.randomUUID there: it wants HTTPS or localhost. */
export function clickKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((b, i) => (i === 6 ? (b & 15) | 64 : i === 8 ? (b & 63) | 128 : b).toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

interface Placing {
  number: string;
  shownName?: string;
  /** The same for the same intent: a callback's lease, else this one click. */
  key?: string;
}

export function useDial() {
  const { t } = useTranslation();
  const textOf = useProblemText();
  const say = (error: unknown): void => {
    const by = error instanceof Problem ? error.details.name : undefined;
    const text = textOf(error);
    toast({ mood: 'missed', title: text, ...(by && !text.includes(by) ? { text: t('dialling.answeredBy', { name: by }) } : {}) });
  };

  const take = useMutation<Dialling, Error, string>({ mutationFn: (callId) => takeOver(callId, clickKey()), onError: say });
  const place = useMutation<Dialling, Error, Placing>({
    mutationFn: ({ number, shownName = '', key }) => placeCall(number, shownName, key ?? clickKey()),
    onError: say,
  });
  return { take, place };
}

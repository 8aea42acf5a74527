// That somebody was faster is no error but news: who, and until when.
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../api/problem';
import { useLanguage } from '../i18n/language';
import { ms, timeOfDay } from '../ui-bits/times';

export const isHeld = (error: unknown): error is Problem => error instanceof Problem && error.reason === 'HELD';

/** The news in a refusal; undefined when it is none. */
export function useNews(): (error: unknown) => string | undefined {
  const { t } = useTranslation();
  const language = useLanguage();
  return useCallback(
    (error: unknown) => {
      if (isHeld(error)) {
        const until = ms(error.details.until);
        return t('callbacks.heldNow', { name: error.details.name ?? '', time: until === undefined ? '' : timeOfDay(until, language) });
      }
      return error instanceof Problem && error.reason === 'CLOSED' ? t('callbacks.closedNow') : undefined;
    },
    [t, language],
  );
}

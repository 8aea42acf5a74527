import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../api/problem';
import { clock } from './times';

/** What went wrong, in words for people: the back end's own where it has some. */
export function useProblemText(): (error: unknown) => string {
  const { t } = useTranslation();
  return useCallback(
    (error: unknown) => {
      if (!(error instanceof Problem)) return t('problem.other', { code: error instanceof Error ? error.message : '?' });
      const said =
        error.code === 'NO_CONNECTION'
          ? t('problem.NO_CONNECTION')
          : error.message !== ''
            ? error.message
            : error.status === 403
              ? t('problem.HTTP_403')
              : t('problem.other', { code: error.code });
      const fields = error.fields.map((f) => f.description).filter((text) => !said.includes(text));
      const wait = error.retryAfterSeconds ? [t('problem.retryAfter', { time: clock(error.retryAfterSeconds * 1000) })] : [];
      return [said, ...fields, ...wait].join('. ').replaceAll('..', '.');
    },
    [t],
  );
}

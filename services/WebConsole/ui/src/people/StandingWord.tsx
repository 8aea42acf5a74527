import { useTranslation } from 'react-i18next';
import type { Person } from '../api/words';
import { useLanguage } from '../i18n/language';
import { span } from '../ui-bits/times';
import { pauseLeft, type Standing } from './people';

interface StandingWordProps {
  person: Person;
  standing: Standing;
  now: number;
}

/** How somebody stands, and of a pause why and how long it still is. */
export function StandingWord({ person, standing, now }: StandingWordProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  if (standing !== 'paused') return <>{t(`people.standing.${standing}`)}</>;
  return <>{t(`people.reason.${person.reason}`)} · {t('people.left', { time: span(Math.ceil(pauseLeft(person, now) / 60_000) * 60_000, language) })}</>;
}

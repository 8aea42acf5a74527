import { useTranslation } from 'react-i18next';
import { Navigate } from 'react-router';
import { useMe } from '../session/meContext';
import { Empty } from '../ui-bits/Empty';
import { sectionsFor } from './sections';

/** The settings without a section lead to the first that one may see. */
export function FirstSection() {
  const { t } = useTranslation();
  const first = sectionsFor(useMe().permissions)[0];
  return first ? <Navigate to={first.to} replace /> : <Empty title={t('settings.nothing')} />;
}

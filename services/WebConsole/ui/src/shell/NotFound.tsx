import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Empty } from '../ui-bits/Empty';

export function NotFound() {
  const { t } = useTranslation();
  return <Empty title={t('shell.notFound.title')} action={<Button component={Link} to="/">{t('shell.notFound.back')}</Button>} />;
}

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Empty } from '../ui-bits/Empty';
import { AlertIcon } from '../ui-bits/icons';

/** One page that broke takes the others not with it. */
export function BrokenPart() {
  const { t } = useTranslation();
  return (
    <Empty
      icon={<AlertIcon size={32} />}
      title={t('shell.broken.title')}
      hint={t('shell.broken.text')}
      action={<Button onClick={() => location.reload()}>{t('shell.broken.reload')}</Button>}
    />
  );
}

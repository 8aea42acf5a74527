import { Alert, Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Problem } from '../api/problem';
import { AlertIcon } from './icons';
import { useProblemText } from './problemText';

interface TroubleProps {
  error: unknown;
  retry?: () => void;
}

/** What went wrong, where it went wrong. A service that is down is said by its part of the page already. */
export function Trouble({ error, retry }: TroubleProps) {
  const { t } = useTranslation();
  const textOf = useProblemText();
  if (!error) return null;
  const soft = error instanceof Problem && error.isTransient;
  return (
    <Alert color={soft ? 'gray' : 'red'} variant="light" icon={<AlertIcon />} p="xs" role="alert">
      <Group gap="xs" justify="space-between">
        <span className="wrap">{textOf(error)}</span>
        {retry && <Button size="compact-sm" variant="default" onClick={retry}>{t('shell.retry')}</Button>}
      </Group>
    </Alert>
  );
}

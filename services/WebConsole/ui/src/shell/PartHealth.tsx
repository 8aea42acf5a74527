import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useServicesDown, type ServiceName } from '../api/health';
import { AlertIcon } from '../ui-bits/icons';

interface PartHealthProps {
  needs: ServiceName;
  children: ReactNode;
}

/** A part of the screen that stands on one service: greyed out, and said why, while that is down. What was typed in it stays. */
export function PartHealth({ needs, children }: PartHealthProps) {
  const { t } = useTranslation();
  const down = useServicesDown().includes(needs);
  return (
    <>
      {down && <Alert color="gray" variant="light" icon={<AlertIcon />} p="xs" role="status">{t(`shell.health.${needs}`)}</Alert>}
      <div className={down ? 'part is-down' : 'part'}>{children}</div>
    </>
  );
}

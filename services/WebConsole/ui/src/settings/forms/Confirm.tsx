import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Trouble } from '../../ui-bits/Trouble';

interface ConfirmProps {
  title: string;
  children: ReactNode;
  /** What is done, as the button says it. */
  act: string;
  run: () => void;
  close: () => void;
  busy: boolean;
  error: unknown;
  /** Why it cannot be done now; there is no button then. */
  impossible?: ReactNode;
}

/** Asks once before what cannot be taken back. */
export function Confirm({ title, children, act, run, close, busy, error, impossible }: ConfirmProps) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={close} title={<span className="strong wrap">{title}</span>} closeButtonProps={{ 'aria-label': t('shell.close') }}>
      <div className="column" style={{ gap: 14 }}>
        <div className="wrap">{impossible ?? children}</div>
        <Trouble error={error} />
        <div className="row wraps">
          {impossible === undefined && <Button color="red.9" loading={busy} onClick={run}>{act}</Button>}
          <Button variant={impossible === undefined ? 'subtle' : 'default'} color="gray" data-autofocus onClick={close}>{t(impossible === undefined ? 'shell.cancel' : 'shell.close')}</Button>
        </div>
      </div>
    </Modal>
  );
}

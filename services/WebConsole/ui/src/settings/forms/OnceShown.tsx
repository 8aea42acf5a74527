import { Alert, Button, CopyButton, Modal, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { AlertIcon } from '../../ui-bits/icons';

interface OnceShownProps {
  title: string;
  label: string;
  secret: string;
  /** What it is good for, and how long. */
  hint: string;
  close: () => void;
}

/** A secret that is shown this once: nothing but its own button closes it. */
export function OnceShown({ title, label, secret, hint, close }: OnceShownProps) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={close} title={<span className="strong wrap">{title}</span>} withCloseButton={false} closeOnClickOutside={false} closeOnEscape={false}>
      <div className="column" style={{ gap: 14 }}>
        <Alert color="yellow" variant="light" icon={<AlertIcon />} p="xs">{t('settings.form.onceShown')}</Alert>
        <div className="row" style={{ alignItems: 'flex-end' }}>
          <TextInput className="grow" label={label} value={secret} readOnly data-autofocus onFocus={(e) => e.currentTarget.select()} styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }} />
          <CopyButton value={secret}>
            {({ copied, copy }) => <Button variant={copied ? 'light' : 'filled'} onClick={copy}>{t(copied ? 'settings.form.copied' : 'settings.form.copy')}</Button>}
          </CopyButton>
        </div>
        <p className="sm dim">{hint}</p>
        <Button variant="default" onClick={close}>{t('settings.form.kept')}</Button>
      </div>
    </Modal>
  );
}

import { Button, Modal } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';
import { isLeavingUnasked } from './leaving';

/** Asks before what was typed and not saved is left. */
export function LeaveGuard({ changed }: { changed: boolean }) {
  const { t } = useTranslation();
  const blocker = useBlocker(({ currentLocation, nextLocation }) => changed && !isLeavingUnasked() && currentLocation.pathname !== nextLocation.pathname);
  useEffect(() => {
    if (!changed) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [changed]);

  return (
    <Modal opened={blocker.state === 'blocked'} onClose={() => blocker.reset?.()} title={<span className="strong">{t('settings.form.leaveTitle')}</span>}
      closeButtonProps={{ 'aria-label': t('shell.close') }}>
      <p>{t('settings.form.leaveText')}</p>
      <div className="row wraps" style={{ marginTop: 16 }}>
        <Button data-autofocus onClick={() => blocker.reset?.()}>{t('settings.form.stay')}</Button>
        <Button variant="subtle" color="red" onClick={() => blocker.proceed?.()}>{t('settings.form.leave')}</Button>
      </div>
    </Modal>
  );
}

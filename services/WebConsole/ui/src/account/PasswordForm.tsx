import { Button, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../api/ask';
import { Trouble } from '../ui-bits/Trouble';
import { toast } from '../ui-bits/toasts';

/** Changes one's own password. */
export function PasswordForm() {
  const { t } = useTranslation();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [repeated, setRepeated] = useState('');
  const differ = repeated !== '' && repeated !== next;
  const change = useMutation({
    mutationFn: () => ask('callcenter.staff.v1.SignIn/ChangePassword', { currentPassword: current, newPassword: next }),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      setRepeated('');
      toast({ mood: 'talking', title: t('account.password.saved') });
    },
  });

  function save(event: SubmitEvent): void {
    event.preventDefault();
    if (!differ) change.mutate();
  }

  return (
    <form className="panel column" style={{ padding: 16 }} onSubmit={save} aria-label={t('account.password.title')}>
      <h2 className="section-title">{t('account.password.title')}</h2>
      <PasswordInput label={t('account.password.current')} value={current} onChange={(e) => setCurrent(e.currentTarget.value)}
        autoComplete="current-password" required withAsterisk={false} maw={380} />
      <PasswordInput label={t('account.password.next')} description={t('account.password.hint')} value={next} onChange={(e) => setNext(e.currentTarget.value)}
        autoComplete="new-password" required withAsterisk={false} maw={380} />
      <PasswordInput label={t('account.password.repeat')} value={repeated} onChange={(e) => setRepeated(e.currentTarget.value)}
        autoComplete="new-password" required withAsterisk={false} maw={380} error={differ ? t('signIn.differ') : undefined} />
      <Trouble error={change.error} />
      <div><Button type="submit" variant="light" loading={change.isPending}>{t('account.password.save')}</Button></div>
    </form>
  );
}

import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { QRCodeSVG } from 'qrcode.react';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../api/ask';
import { Trouble } from '../ui-bits/Trouble';
import { toast } from '../ui-bits/toasts';

/** Sets the second factor up, replaces it, or takes it away. */
export function SecondFactor() {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const [removing, setRemoving] = useState(false);
  const begin = useMutation({ mutationFn: () => ask('callcenter.staff.v1.SignIn/BeginSecondFactor', {}) });
  const confirm = useMutation({
    mutationFn: () => ask('callcenter.staff.v1.SignIn/ConfirmSecondFactor', { code }),
    onSuccess: () => {
      setCode('');
      begin.reset();
    },
  });
  const remove = useMutation({
    mutationFn: () => ask('callcenter.staff.v1.SignIn/RemoveSecondFactor', { code }),
    onSuccess: () => {
      setCode('');
      setRemoving(false);
      toast({ mood: 'unanswered', title: t('account.factor.removed') });
    },
  });

  const submit = (what: typeof confirm | typeof remove) => (event: SubmitEvent): void => {
    event.preventDefault();
    what.mutate();
  };

  return (
    <section className="panel column" style={{ padding: 16 }} aria-label={t('account.factor.title')} data-second-factor>
      <h2 className="section-title">{t('account.factor.title')}</h2>
      {confirm.data
        ? <RecoveryCodes codes={confirm.data.recoveryCodes} done={() => confirm.reset()} />
        : begin.data
          ? (
            <form className="column" onSubmit={submit(confirm)}>
              <p className="sm">{t('account.factor.scan')}</p>
              {/* Dark on light in both themes: cameras want it so. */}
              <QRCodeSVG value={begin.data.uri} size={184} marginSize={3} title={t('account.factor.picture')} bgColor="#ffffff" fgColor="#000000" />
              <p className="dim sm">{t('account.factor.secret')} <code className="wrap">{begin.data.secret}</code></p>
              <TextInput label={t('account.factor.enter')} value={code} onChange={(e) => setCode(e.currentTarget.value)} inputMode="numeric"
                autoComplete="one-time-code" required withAsterisk={false} maw={380} />
              <Trouble error={confirm.error} />
              <div className="row">
                <Button type="submit" loading={confirm.isPending}>{t('account.factor.confirm')}</Button>
                <Button variant="subtle" color="gray" onClick={() => { begin.reset(); confirm.reset(); setCode(''); }}>{t('shell.cancel')}</Button>
              </div>
            </form>
          )
          : removing
            ? (
              <form className="column" onSubmit={submit(remove)}>
                <p className="sm">{t('account.factor.removeLead')}</p>
                <TextInput label={t('account.factor.code')} value={code} onChange={(e) => setCode(e.currentTarget.value)} autoComplete="one-time-code" required
                  withAsterisk={false} maw={260} />
                <Trouble error={remove.error} />
                <div className="row">
                  <Button type="submit" color="red" variant="light" loading={remove.isPending}>{t('account.factor.remove')}</Button>
                  <Button variant="subtle" color="gray" onClick={() => { setRemoving(false); remove.reset(); setCode(''); }}>{t('shell.cancel')}</Button>
                </div>
              </form>
            )
            : (
              <>
                <p className="dim sm">{t('account.factor.lead')}</p>
                <Trouble error={begin.error} />
                <div className="row wraps">
                  <Button variant="light" loading={begin.isPending} onClick={() => begin.mutate()}>{t('account.factor.begin')}</Button>
                  <Button variant="subtle" color="gray" onClick={() => setRemoving(true)}>{t('account.factor.remove')}</Button>
                </div>
              </>
            )}
    </section>
  );
}

function RecoveryCodes({ codes, done }: { codes: readonly string[]; done: () => void }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  return (
    <div className="column">
      <p className="sm strong" role="status">{t('account.factor.codes')}</p>
      <ul className="row wraps" style={{ maxWidth: 420 }} data-recovery-codes>
        {codes.map((one) => <li key={one}><code>{one}</code></li>)}
      </ul>
      <div className="row wraps">
        <Button variant="default" onClick={() => void navigator.clipboard.writeText(codes.join('\n')).then(() => setCopied(true), () => undefined)}>
          {copied ? t('account.factor.copied') : t('account.factor.copy')}
        </Button>
        <Button variant="light" onClick={done}>{t('account.factor.done')}</Button>
      </div>
    </div>
  );
}

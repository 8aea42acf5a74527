import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, useLanguage } from '../i18n/language';
import { PhoneIcon } from '../ui-bits/icons';
import { Trouble } from '../ui-bits/Trouble';
import { answerSecondFactor, chooseNewPassword, signIn, type SignInStage } from './session';
import css from './SignInScreen.module.css';

interface SignInScreenProps {
  entered: () => Promise<void>;
  /** The session ended while the page was in use, and lies behind this screen. */
  again?: boolean;
}

/** Password, then the second factor, then a password of one's own: whatever the sign-in asks for. */
export function SignInScreen({ entered, again = false }: SignInScreenProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [stage, setStage] = useState<SignInStage>();
  const [name, setName] = useState('');
  const [secret, setSecret] = useState('');
  const [repeated, setRepeated] = useState('');
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const step = stage && stage.stage !== 'done' ? stage : undefined;
  const differ = step?.stage === 'new_password' && repeated !== '' && repeated !== secret;

  async function go(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (differ) return;
    setBusy(true);
    setError(undefined);
    try {
      const next = !step
        ? await signIn(name, secret)
        : step.stage === 'second_factor'
          ? await answerSecondFactor(step.challenge, secret)
          : await chooseNewPassword(step.challenge, secret);
      setSecret('');
      setRepeated('');
      if (next.stage === 'done') await entered();
      else setStage(next);
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className={again ? css.over : css.screen} role={again ? 'dialog' : undefined} aria-modal={again || undefined} aria-label={t('signIn.title')}>
      <form className={css.box} onSubmit={(event) => void go(event)}>
        <div className="row">
          <span className={css.logo}><PhoneIcon /></span>
          <span className="strong grow">{t('shell.product')}</span>
          <Button variant="subtle" color="gray" size="compact-sm" onClick={() => void chooseLanguage(language === 'ru' ? 'en' : 'ru')}>
            {t('shell.language')}
          </Button>
        </div>
        <div className="column tight">
          <h1>{step?.stage === 'second_factor' ? t('signIn.factorTitle') : step ? t('signIn.newTitle') : t('signIn.title')}</h1>
          <p className="dim sm">{step?.stage === 'new_password' ? t('signIn.newLead') : again ? t('signIn.again') : t('signIn.lead')}</p>
        </div>

        {!step && (
          <>
            <TextInput label={t('signIn.name')} value={name} onChange={(e) => setName(e.currentTarget.value)} autoComplete="username"
              autoCapitalize="none" spellCheck={false} required withAsterisk={false} data-autofocus autoFocus size="md" />
            <PasswordInput label={t('signIn.password')} value={secret} onChange={(e) => setSecret(e.currentTarget.value)}
              autoComplete="current-password" required withAsterisk={false} size="md" />
          </>
        )}
        {step?.stage === 'second_factor' && (
          <TextInput key="code" label={t('signIn.code')} description={t('signIn.codeHint')} value={secret} size="md" autoFocus required
            withAsterisk={false} onChange={(e) => setSecret(e.currentTarget.value)} autoComplete="one-time-code" inputMode="text" />
        )}
        {step?.stage === 'new_password' && (
          <>
            <PasswordInput key="new" label={t('signIn.newPassword')} value={secret} onChange={(e) => setSecret(e.currentTarget.value)}
              autoComplete="new-password" required withAsterisk={false} autoFocus size="md" />
            <PasswordInput label={t('signIn.repeat')} value={repeated} onChange={(e) => setRepeated(e.currentTarget.value)} size="md"
              autoComplete="new-password" required withAsterisk={false} error={differ ? t('signIn.differ') : undefined} />
          </>
        )}

        <Trouble error={error} />
        <Button type="submit" size="md" loading={busy} fullWidth>
          {step?.stage === 'second_factor' ? t('signIn.confirm') : step ? t('signIn.save') : t('signIn.enter')}
        </Button>
        {step && (
          <Button variant="subtle" color="gray" onClick={() => { setStage(undefined); setSecret(''); setError(undefined); }}>
            {t('signIn.back')}
          </Button>
        )}
      </form>
    </main>
  );
}

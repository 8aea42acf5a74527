import { useTranslation } from 'react-i18next';
import { PartHealth } from '../shell/PartHealth';
import { PasswordForm } from './PasswordForm';
import { SecondFactor } from './SecondFactor';
import { SessionList } from './SessionList';

/** How I sign in, and where I am signed in. */
export function AccountPage() {
  const { t } = useTranslation();
  return (
    <div className="page" style={{ maxWidth: 760 }}>
      <div className="page-head"><h1>{t('account.title')}</h1></div>
      <PartHealth needs="staff">
        <SessionList />
        <SecondFactor />
        <PasswordForm />
      </PartHealth>
    </div>
  );
}

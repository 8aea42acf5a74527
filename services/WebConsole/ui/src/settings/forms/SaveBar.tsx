import { Alert, Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { AlertIcon } from '../../ui-bits/icons';
import { Trouble } from '../../ui-bits/Trouble';
import css from './SaveBar.module.css';
import { allShown, isStale, violationsOf } from './violations';

interface SaveBarProps {
  /** The name of the message in the contract, and its fields that the form shows. */
  message: string;
  shown: readonly string[];
  changed: boolean;
  /** It is not stored yet: it can be saved as it stands. */
  isNew?: boolean;
  saving: boolean;
  error: unknown;
  /** Somebody else was faster: what he made of it, and the two ways on. */
  overtaken?: { theirs?: ReactNode; keepMine: () => void; takeTheirs: () => void } | undefined;
  forget: () => void;
  /** Said in place of "Save". */
  saveWord?: string;
  children?: ReactNode;
}

/** The end of a form: what is wrong, and saving it. It is the form's own submit. */
export function SaveBar({ message, shown, changed, isNew = false, saving, error, overtaken, forget, saveWord, children }: SaveBarProps) {
  const { t } = useTranslation();
  const atFields = allShown(violationsOf(error, message), shown);
  return (
    <div className={css.bar}>
      {overtaken ? (
        <Alert color="yellow" variant="light" icon={<AlertIcon />} p="sm" role="alert">
          <div className="column">
            <p className="strong">{t('settings.form.overtaken')}</p>
            {overtaken.theirs}
            <div className="row wraps">
              <Button loading={saving} onClick={overtaken.keepMine}>{t('settings.form.keepMine')}</Button>
              <Button variant="default" disabled={saving} onClick={overtaken.takeTheirs}>{t('settings.form.takeTheirs')}</Button>
            </div>
          </div>
        </Alert>
      ) : (
        <>
          {atFields ? <p className={css.fields} role="alert">{t('settings.form.wrongFields')}</p> : !isStale(error) && <Trouble error={error} />}
          <div className="row wraps">
            <Button type="submit" loading={saving} disabled={!changed && !isNew}>{saveWord ?? t('settings.form.save')}</Button>
            {changed && <Button variant="subtle" color="gray" disabled={saving} onClick={forget}>{t('settings.form.forget')}</Button>}
            <span className="grow" />
            {children}
          </div>
        </>
      )}
    </div>
  );
}

import { Button, Checkbox, Modal } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Employee } from '../../api/words';
import { useMe } from '../../session/meContext';
import { toast } from '../../ui-bits/toasts';
import { Trouble } from '../../ui-bits/Trouble';
import { Confirm } from '../forms/Confirm';
import { OnceShown } from '../forms/OnceShown';
import { useStaffChange } from '../staff';

/** Somebody's way in: a one-time password, and the end of his work here. */
export function AccessPart({ employee }: { employee: Employee }) {
  const { t } = useTranslation();
  const me = useMe();
  const [asking, setAsking] = useState<'reset' | 'dismiss'>();
  const [removeFactor, setRemoveFactor] = useState(false);
  const [password, setPassword] = useState<string>();
  const reset = useStaffChange('callcenter.staff.v1.Employees/ResetAccess', (answer) => {
    setAsking(undefined);
    setPassword(answer.oneTimePassword);
  });
  const dismiss = useStaffChange('callcenter.staff.v1.Employees/DismissEmployee', () => {
    setAsking(undefined);
    toast({ mood: 'unanswered', title: t('settings.employees.dismissedNow', { name: employee.name }) });
  });
  const close = (): void => {
    setAsking(undefined);
    setRemoveFactor(false);
    reset.reset();
    dismiss.reset();
  };

  return (
    <div className="row wraps">
      <Button variant="default" disabled={employee.signInName === ''} onClick={() => setAsking('reset')}>{t('settings.employees.reset')}</Button>
      {employee.id !== me.employeeId && <Button variant="subtle" color="red" onClick={() => setAsking('dismiss')}>{t('settings.employees.dismiss')}</Button>}
      {employee.signInName === '' && <span className="sm dim">{t('settings.employees.resetNot')}</span>}
      {asking === 'reset' && (
        <Modal opened onClose={close} title={<span className="strong wrap">{t('settings.employees.resetTitle', { name: employee.name })}</span>} closeButtonProps={{ 'aria-label': t('shell.close') }}>
          <div className="column" style={{ gap: 14 }}>
            <p>{t('settings.employees.resetText')}</p>
            <Checkbox label={t('settings.employees.removeFactor')} checked={removeFactor} onChange={(e) => setRemoveFactor(e.currentTarget.checked)} />
            <Trouble error={reset.error} />
            <div className="row wraps">
              <Button loading={reset.isPending} onClick={() => reset.mutate({ employeeId: employee.id, removeSecondFactor: removeFactor })}>{t('settings.employees.resetAct')}</Button>
              <Button variant="subtle" color="gray" data-autofocus onClick={close}>{t('shell.cancel')}</Button>
            </div>
          </div>
        </Modal>
      )}
      {asking === 'dismiss' && (
        <Confirm title={t('settings.employees.dismissTitle', { name: employee.name })} act={t('settings.employees.dismiss')} busy={dismiss.isPending} error={dismiss.error} close={close}
          run={() => dismiss.mutate({ employeeId: employee.id, version: employee.version })}>
          {t('settings.employees.dismissText')}
        </Confirm>
      )}
      {password !== undefined && (
        <OnceShown title={t('settings.employees.passwordTitle', { name: employee.name })} label={t('settings.employees.password')} secret={password} hint={t('settings.employees.passwordHint', { name: employee.signInName })}
          close={() => { setPassword(undefined); reset.reset(); }} />
      )}
    </div>
  );
}

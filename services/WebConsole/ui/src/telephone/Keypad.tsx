import { Button, Popover } from '@mantine/core';
import { useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { KeypadIcon } from '../ui-bits/icons';
import { thePhone } from './telephone';
import css from './Telephone.module.css';

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** Keys for the other side's menu: by mouse, or typed while it is open. */
export function Keypad() {
  const { t } = useTranslation();
  const [pressed, setPressed] = useState('');
  const press = (key: string): void => {
    thePhone()?.press(key);
    setPressed((before) => `${before}${key}`.slice(-16));
  };
  const typed = (event: KeyboardEvent): void => {
    if (keys.includes(event.key)) press(event.key);
  };
  return (
    <Popover position="bottom" withArrow trapFocus onClose={() => setPressed('')}>
      <Popover.Target>
        <Button variant="default" leftSection={<KeypadIcon size={16} />}>{t('telephone.keypad')}</Button>
      </Popover.Target>
      <Popover.Dropdown onKeyDown={typed}>
        <output className={css.pressed} aria-label={t('telephone.pressed')}>{pressed}</output>
        <div className={css.keys}>
          {keys.map((key) => <Button key={key} variant="default" onClick={() => press(key)}>{key}</Button>)}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

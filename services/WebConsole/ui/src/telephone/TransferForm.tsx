import { Button, Popover, TextInput } from '@mantine/core';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEmployees } from '../live/people';
import { useMe } from '../session/meContext';
import { TakeIcon } from '../ui-bits/icons';
import { thePhone } from './telephone';
import { whereTo } from './whereTo';

/** Sends the other side on to a colleague, or to any number: he is told nothing before. */
export function TransferForm() {
  const { t } = useTranslation();
  const me = useMe();
  const colleagues = useEmployees().filter((e) => e.extension !== '' && e.extension !== me.extension);
  const listId = useId();
  const [to, setTo] = useState('');
  const number = whereTo(to);
  return (
    <Popover position="bottom-end" width={300} withArrow trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<TakeIcon size={16} />}>{t('telephone.transfer')}</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form className="column" onSubmit={(event) => {
          event.preventDefault();
          if (number) thePhone()?.transfer(number);
        }}>
          <TextInput label={t('telephone.transferTo')} placeholder={t('telephone.transferHint')} value={to} list={listId} autoComplete="off"
            onChange={(event) => setTo(event.currentTarget.value)} data-autofocus />
          <datalist id={listId}>
            {colleagues.map((e) => <option key={e.id} value={`${e.name} · ${e.extension}`} />)}
          </datalist>
          <Button type="submit" disabled={!number}>{t('telephone.transferNow')}</Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

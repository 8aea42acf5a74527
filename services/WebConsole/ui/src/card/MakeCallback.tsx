import { Button, Select, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../api/ask';
import { Problem } from '../api/problem';
import type { Call } from '../api/words';
import { useEmployees } from '../live/people';
import { clickKey } from '../live/useDial';
import { useMay } from '../session/meContext';
import { CallbackIcon } from '../ui-bits/icons';
import { toast } from '../ui-bits/toasts';
import { Trouble } from '../ui-bits/Trouble';
import css from './Card.module.css';
import { touchCard } from './cards';
import { TypedForms, useTyped } from './typed';

const forms = new TypedForms<{ open: boolean; note: string; employeeId: string | null }>({ open: false, note: '', employeeId: null }, clickKey);

/** The next step after a talk: somebody calls back, with a note what about. */
export function MakeCallback({ call }: { call: Call }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const may = useMay('callbacks.write');
  const employees = useEmployees();
  const { open, note, employeeId, key } = useTyped(forms, call.id);
  const talked = call.talks.length > 0;
  // Only a click takes the focus here, not the card that comes to the front with its form open.
  const [clicked, setClicked] = useState(false);

  const make = useMutation({
    mutationFn: () =>
      ask('callcenter.callbacks.v1.Callbacks/CreateCallback', {
        idempotencyKey: key,
        ...(call.clientId === '' ? { number: call.partyNumber } : { clientId: call.clientId }),
        note: note.trim() === '' ? t('card.makeCallback.noteDefault') : note.trim(),
        employeeId: employeeId ?? '',
        fromCallId: talked ? call.id : '',
      }),
    onSuccess: () => {
      toast({ mood: 'talking', title: t('card.makeCallback.done') }, 4000);
      forms.forget(call.id);
      void cache.invalidateQueries({ queryKey: ['callbacks'] });
    },
    onError: (refused) => {
      if (!(refused instanceof Problem && refused.isTransient)) forms.change(call.id, { key: clickKey() });
    },
  });

  function save(event: SubmitEvent): void {
    event.preventDefault();
    make.mutate();
  }

  if (!may || call.party !== 'PARTY_OUTSIDE') return null;
  if (!open) {
    return (
      <Button variant="default" leftSection={<CallbackIcon size={17} />} style={{ alignSelf: 'flex-start' }}
        onClick={() => { setClicked(true); forms.change(call.id, { open: true }); touchCard(call.id); }}>
        {t('card.makeCallback.open')}
      </Button>
    );
  }
  return (
    <form className={`column ${css.box ?? ''}`} onSubmit={save}>
      <Textarea label={t('card.makeCallback.note')} placeholder={t('card.makeCallback.noteDefault')} value={note} autosize minRows={2} maxLength={2000}
        autoFocus={clicked} onChange={(e) => forms.change(call.id, { note: e.currentTarget.value })} />
      <Select label={t('card.makeCallback.who')} placeholder={t('card.makeCallback.usual')} clearable searchable value={employeeId} onChange={(chosen) => forms.change(call.id, { employeeId: chosen })}
        data={employees.filter((e) => !e.dismissed && e.extension !== '').map((e) => ({ value: e.id, label: e.name }))} />
      <Trouble error={make.error} />
      <div className="row">
        <Button type="submit" loading={make.isPending}>{t('card.makeCallback.save')}</Button>
        <Button variant="subtle" color="gray" onClick={() => forms.change(call.id, { open: false })}>{t('shell.cancel')}</Button>
      </div>
    </form>
  );
}

import { Button, Checkbox, NumberInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../api/ask';
import { Problem } from '../../api/problem';
import { clickKey } from '../../live/useDial';
import { useMe } from '../../session/meContext';
import { now } from '../../ui-bits/now';
import { forInput } from '../../ui-bits/times';
import { OnceShown } from '../forms/OnceShown';
import { SaveBar } from '../forms/SaveBar';
import { violationAt, violationsOf } from '../forms/violations';
import css from './Keys.module.css';
import { endOfDay, permissionOf, permissionWords, type PermissionWord } from './keyState';

const year = 365 * 86_400_000;

/** A new key. Nobody gives what he lacks, so only one's own permissions are offered. The key is shown once. */
export function KeyForm({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const cache = useQueryClient();
  const [name, setName] = useState('');
  const [words, setWords] = useState<readonly PermissionWord[]>([]);
  const [perMinute, setPerMinute] = useState<number | ''>(600);
  const [day, setDay] = useState(() => forInput(now() + year).slice(0, 10));
  const [key, setKey] = useState(clickKey);
  const offered = permissionWords.filter((word) => me.permissions.includes(permissionOf(word)));
  const create = useMutation({
    mutationFn: () => {
      const expiresAt = endOfDay(day);
      return ask('callcenter.staff.v1.ApiKeys/CreateApiKey', {
        apiKey: {
          id: '', version: '0', name: name.trim(), permissions: words.map(permissionOf), requestsPerMinute: Number(perMinute), createdBy: '', lastAddress: '',
          ...(expiresAt === undefined ? {} : { expiresAt }),
        },
        idempotencyKey: key,
      });
    },
    onSuccess: () => cache.invalidateQueries({ queryKey: ['api-keys'] }),
    onError: (refused) => {
      if (!(refused instanceof Problem && refused.isTransient)) setKey(clickKey());
    },
  });
  const violations = violationsOf(create.error, 'api_key');
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    create.mutate();
  }

  return (
    <form className={`panel ${css.form ?? ''}`} onSubmit={submit} aria-label={t('settings.keys.add')} noValidate>
      <div className={css.fields}>
        <TextInput label={t('settings.keys.name')} w={300} maw="100%" value={name} maxLength={100} autoFocus autoComplete="off" error={violations.get('name')} onChange={(e) => setName(e.currentTarget.value)} />
        <TextInput type="date" label={t('settings.keys.until')} w={170} value={day} error={violations.get('expires_at')} onChange={(e) => setDay(e.currentTarget.value)} />
        <NumberInput label={t('settings.keys.limit')} w={190} min={1} max={60_000} allowDecimal={false} allowNegative={false} clampBehavior="none" value={perMinute} error={violations.get('requests_per_minute')}
          onChange={(value) => setPerMinute(value === '' ? '' : Number(value))} />
      </div>
      <Checkbox.Group label={t('settings.keys.permissions')} description={t('settings.keys.permissionsHint')} value={[...words]} error={violationAt(violations, 'permissions')}
        onChange={(values) => setWords(offered.filter((word) => values.includes(word)))}>
        <div className={css.permissions}>
          {offered.map((word) => <Checkbox key={word} value={word} label={t(`settings.permission.${word}`)} />)}
        </div>
      </Checkbox.Group>
      <SaveBar message="api_key" shown={['name', 'expires_at', 'requests_per_minute', 'permissions']} changed={false} isNew saving={create.isPending} error={create.error} forget={close} saveWord={t('settings.keys.create')}>
        <Button variant="subtle" color="gray" onClick={close}>{t('shell.cancel')}</Button>
      </SaveBar>
      {create.data && <OnceShown title={t('settings.keys.madeTitle', { name })} label={t('settings.keys.key')} secret={create.data.key} hint={t(create.data.key === '' ? 'settings.keys.lost' : 'settings.keys.keyHint')}
        close={() => { create.reset(); close(); }} />}
    </form>
  );
}

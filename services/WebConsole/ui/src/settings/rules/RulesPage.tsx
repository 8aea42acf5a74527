import { Button, Skeleton, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Routing, Rule } from '../../api/words';
import { useMay } from '../../session/meContext';
import { PartHealth } from '../../shell/PartHealth';
import { Empty } from '../../ui-bits/Empty';
import { ClockIcon, PlusIcon, SearchIcon } from '../../ui-bits/icons';
import { formatNumber } from '../../ui-bits/phoneNumber';
import { Trouble } from '../../ui-bits/Trouble';
import { isFound } from '../find';
import { useRouting } from '../routing';
import { RulePicture } from './RulePicture';
import css from './Rules.module.css';
import { TryOut } from './TryOut';
import { formOf } from './ruleForm';
import { useEndWords, usePictureOf } from './stepWords';

const manyRules = 6;

/** Every rule as the picture of who rings when, and the try-out of a call. */
export function RulesPage() {
  const { t } = useTranslation();
  const mayWrite = useMay('routing.write');
  const routing = useRouting();
  const [query, setQuery] = useState('');
  const add = mayWrite && <Button component={Link} to="new" leftSection={<PlusIcon size={16} />}>{t('settings.rules.add')}</Button>;

  return (
    <>
      <div className="page-head">
        <h2 className={css.title}>{t('settings.section.rules')}</h2>
        <span className="grow" />
        {add}
      </div>
      <p className="dim sm" style={{ maxWidth: 760 }}>{t('settings.rules.lead')}</p>
      <PartHealth needs="telephony">
        {routing.isPending && <Skeleton height={260} radius="md" aria-label={t('shell.loading')} />}
        {routing.isError && <Trouble error={routing.error} retry={() => void routing.refetch()} />}
        {routing.data && (
          <>
            <TryOut routing={routing.data} />
            {routing.data.rules.length === 0 && (
              <div className="panel"><Empty icon={<ClockIcon size={30} />} title={t('settings.rules.empty')} hint={t('settings.rules.emptyHint')} action={add} /></div>
            )}
            {routing.data.rules.length > manyRules && (
              <TextInput type="search" leftSection={<SearchIcon size={16} />} aria-label={t('settings.rules.find')} placeholder={t('settings.rules.find')}
                value={query} onChange={(e) => setQuery(e.currentTarget.value)} w={320} maw="100%" />
            )}
            <RuleList routing={routing.data} query={query} mayWrite={mayWrite} />
          </>
        )}
      </PartHealth>
    </>
  );
}

function RuleList({ routing, query, mayWrite }: { routing: Routing; query: string; mayWrite: boolean }) {
  const { t } = useTranslation();
  const pictureOf = usePictureOf(routing);
  const endOf = useEndWords();
  const numbersOf = (rule: Rule) => routing.numbers.filter((n) => n.ruleId === rule.id);
  const found = routing.rules.filter((rule) => isFound(query, [rule.name, ...numbersOf(rule).map((n) => n.name)], numbersOf(rule).map((n) => n.number)));

  return (
    <ul className="column" style={{ gap: 14 }}>
      {found.map((rule) => (
        <li key={rule.id} className={`panel ${css.rule ?? ''}`} data-rule={rule.id}>
          <div className="row wraps">
            <h3 className="wrap">{rule.name}</h3>
            <span className="grow" />
            <Button component={Link} to={rule.id} size="compact-sm" variant="default" aria-label={`${t(mayWrite ? 'settings.form.change' : 'settings.form.look')}: ${rule.name}`}>
              {t(mayWrite ? 'settings.form.change' : 'settings.form.look')}
            </Button>
          </div>
          <p className="sm dim wrap">
            {numbersOf(rule).length === 0 ? t('settings.rules.noNumbers')
              : t('settings.rules.numbers', { numbers: numbersOf(rule).map((n) => `${formatNumber(n.number)} (${n.name})`).join(', ') })}
          </p>
          <RulePicture label={rule.name} steps={pictureOf(formOf(rule))} end={endOf(rule.steps)} />
        </li>
      ))}
      {found.length === 0 && query.trim() !== '' && <li className="dim sm">{t('settings.form.nothingFound')}</li>}
    </ul>
  );
}

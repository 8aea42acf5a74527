import { SegmentedControl, Tabs } from '@mantine/core';
import { Suspense, lazy } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { PartHealth } from '../shell/PartHealth';
import css from './Callbacks.module.css';
import { ClosedList } from './ClosedList';
import { Queue } from './Queue';

const NeverCalledBack = lazy(async () => ({ default: (await import('./NeverCalledBack')).NeverCalledBack }));
const tabs = ['queue', 'never', 'closed'] as const;

/** Those who wait for a call; who was never called back; what closed them. */
export function CallbacksPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const tab = tabs.find((name) => name === search.get('tab')) ?? 'queue';
  const mine = search.get('mine') === '1';

  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('callbacks.title')}</h1>
        <span className="grow" />
        {tab === 'queue' && (
          <SegmentedControl
            size="xs" value={mine ? 'mine' : 'all'} aria-label={t('callbacks.title')}
            onChange={(value) => setSearch(value === 'mine' ? { mine: '1' } : {}, { replace: true })}
            data={[{ value: 'all', label: t('callbacks.filter.all') }, { value: 'mine', label: t('callbacks.filter.mine') }]}
          />
        )}
      </div>
      <Tabs value={tab} onChange={(value) => setSearch(value === null || value === 'queue' ? {} : { tab: value })} keepMounted={false}>
        <Tabs.List className={css.tabs}>
          {tabs.map((name) => <Tabs.Tab key={name} value={name}>{t(`callbacks.tabs.${name}`)}</Tabs.Tab>)}
        </Tabs.List>
        {tabs.map((name) => (
          <Tabs.Panel key={name} value={name} pt="md">
            <div className="column">
              <PartHealth needs="leads">
                {name === 'queue' ? <Queue mine={mine} showAll={() => setSearch({})} /> : name === 'closed' ? <ClosedList /> : (
                  <Suspense><NeverCalledBack /></Suspense>
                )}
              </PartHealth>
            </div>
          </Tabs.Panel>
        ))}
      </Tabs>
    </div>
  );
}

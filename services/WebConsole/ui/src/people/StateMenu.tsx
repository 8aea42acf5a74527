import { Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '../api/words';
import { useLanguage } from '../i18n/language';
import { now, useMinute } from '../ui-bits/now';
import { useProblemText } from '../ui-bits/problemText';
import { span, timeOfDay } from '../ui-bits/times';
import { toast } from '../ui-bits/toasts';
import { offerUndo } from '../ui-bits/undo';
import { isStill, pauseLeft, people, saidBy, sameSaid, say, usualPauses, type Said } from './people';

const minute = 60_000;

interface StateMenuProps {
  person: Person;
  /** It is somebody else's state. */
  others?: boolean;
  children: ReactNode;
}

/** Ready, a pause with its reason, or away: one click, with the time at which a pause ends said before. */
export function StateMenu({ person, others = false, children }: StateMenuProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const at = useMinute();
  const textOf = useProblemText();
  const refused = (error: unknown): void => toast({ mood: 'missed', title: textOf(error) });
  const employee = others ? { employeeId: person.id } : {};
  const wordOf = ({ state, reason, until }: Said): string =>
    state === 'STATE_READY' ? t('people.ready')
    : state === 'STATE_AWAY' ? t('people.away')
    : `${t(`people.reason.${reason ?? 'PAUSE_REASON_UNSPECIFIED'}`)} ${t('people.until', { time: timeOfDay(until ?? now(), language) })}`;
  const saying = useMutation({
    mutationFn: async (said: Said) => ({ before: person, changed: await say({ ...said, ...employee }) }),
    onSuccess: ({ before, changed }) => {
      const said = saidBy(changed, now());
      if (sameSaid(said, saidBy(before, now()))) return;
      offerUndo({
        title: t(others ? 'people.changed' : 'people.changedOwn', { name: person.name, state: wordOf(said) }),
        key: `state ${person.id}`,
        holds: () => isStill(people.get().find((one) => one.id === person.id), changed, before, now()),
        watch: people.subscribe,
        undo: () => void say({ ...saidBy(before, now()), ...employee }).catch(refused),
      });
    },
    onError: refused,
  });
  const left = pauseLeft(person, at);

  return (
    // What Mantine lays in to be focused first is no item of a menu (WAI-ARIA 1.2, menu).
    <Menu withInitialFocusPlaceholder={false} position="bottom-end" width={320} disabled={saying.isPending}>
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown>
        {others && <Menu.Label>{person.name}</Menu.Label>}
        <Menu.Item data-mood="talking" onClick={() => saying.mutate({ state: 'STATE_READY' })}>{t('people.ready')}</Menu.Item>
        {left > 0 && person.reason !== 'PAUSE_REASON_UNSPECIFIED' && (
          <Menu.Item
            onClick={() => {
              if (person.reason === 'PAUSE_REASON_UNSPECIFIED') return;
              saying.mutate({ state: 'STATE_PAUSED', reason: person.reason, until: now() + pauseLeft(person, now()) + 15 * minute });
            }}
          >
            {t('people.longer')}
          </Menu.Item>
        )}
        <Menu.Label>{t('people.pause')}</Menu.Label>
        {usualPauses.map(([reason, minutes]) => (
          <Menu.Item key={reason} rightSection={<span className="xs dim num">{t('people.until', { time: timeOfDay(at + minutes * minute, language) })}</span>}
            onClick={() => saying.mutate({ state: 'STATE_PAUSED', reason, until: now() + minutes * minute })}>
            {t(`people.reason.${reason}`)} <span className="dim xs">{span(minutes * minute, language)}</span>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => saying.mutate({ state: 'STATE_AWAY' })}>
          {t('people.away')}<br /><span className="dim xs">{t('people.awayHint')}</span>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

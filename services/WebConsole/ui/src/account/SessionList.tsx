import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ask } from '../api/ask';
import type { Session } from '../api/words';
import { useLanguage } from '../i18n/language';
import { Mark } from '../ui-bits/Mark';
import { useMinute } from '../ui-bits/now';
import { dayAndTime, ms } from '../ui-bits/times';
import { Trouble } from '../ui-bits/Trouble';
import { toast } from '../ui-bits/toasts';
import { deviceName } from './device';

const key = ['sessions'];

/** One's own sessions, each with its end a click away. */
export function SessionList() {
  const { t } = useTranslation();
  const known = useQueryClient();
  const sessions = useQuery({ queryKey: key, queryFn: async ({ signal }) => (await ask('callcenter.staff.v1.SignIn/ListSessions', {}, signal)).sessions });
  const end = useMutation({
    // One after the other: there are few, and the first refusal ends it.
    mutationFn: async (ids: string[]) => {
      for (const sessionId of ids) await ask('callcenter.staff.v1.SignIn/RevokeSession', { sessionId });
    },
    onSuccess: () => toast({ mood: 'talking', title: t('account.sessions.ended') }),
    onSettled: () => known.invalidateQueries({ queryKey: key }),
  });
  const others = (sessions.data ?? []).filter((session) => !session.current);

  return (
    <section className="panel column" style={{ padding: 16 }} aria-label={t('account.sessions.title')}>
      <h2 className="section-title">{t('account.sessions.title')}</h2>
      <p className="dim sm">{t('account.sessions.lead')}</p>
      <Trouble error={sessions.error ?? end.error} retry={sessions.error ? () => void sessions.refetch() : undefined} />
      <ul className="column">
        {sessions.data?.map((session) => (
          <li key={session.id} className="row" data-session={session.current ? 'current' : 'other'}>
            <One session={session} />
            {!session.current && (
              <Button size="compact-sm" variant="default" loading={end.isPending} onClick={() => end.mutate([session.id])}>{t('account.sessions.end')}</Button>
            )}
          </li>
        ))}
      </ul>
      {others.length > 1 && (
        <div><Button size="compact-sm" variant="default" loading={end.isPending} onClick={() => end.mutate(others.map(({ id }) => id))}>{t('account.sessions.endOthers')}</Button></div>
      )}
    </section>
  );
}

function One({ session }: { session: Session }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useMinute();
  const time = (at: string | undefined): string => dayAndTime(ms(at) ?? now, language, now);
  return (
    <span className="column tight grow">
      <span className="row wraps">
        <span className="strong sm cut" title={session.device}>{session.device === '' ? t('account.sessions.device') : deviceName(session.device)}</span>
        <span className="dim sm num">{session.address}</span>
        {session.current && <Mark mood="talking">{t('account.sessions.current')}</Mark>}
      </span>
      <span className="dim xs">{t('account.sessions.since', { time: time(session.createdAt) })} · {t('account.sessions.used', { time: time(session.lastUsedAt) })}</span>
    </span>
  );
}

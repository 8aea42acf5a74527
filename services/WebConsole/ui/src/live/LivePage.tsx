import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Call } from '../api/words';
import { useMay } from '../session/meContext';
import { Team } from '../people/Team';
import { PartHealth } from '../shell/PartHealth';
import { Empty } from '../ui-bits/Empty';
import { PhoneIcon } from '../ui-bits/icons';
import { useStore } from '../ui-bits/store';
import { LiveCall } from './LiveCall';
import css from './LivePage.module.css';
import { liveCalls } from './liveCalls';
import { line } from './connection';

// What came before stands in the history; hundreds of lines, drawn anew with every ring, would hold up the next card.
const endedShown = 20;

/** Who calls, whose phone rings, who talks: now. */
export function LivePage() {
  const { t } = useTranslation();
  const calls = useStore(liveCalls.all);
  const { page } = useStore(line);
  const mayCallBack = useMay('callbacks.read');
  const ringing = calls.filter((c) => c.state === 'STATE_RINGING');
  const talking = calls.filter((c) => c.state === 'STATE_TALKING');
  const ended = calls.filter((c) => c.state === 'STATE_ENDED').reverse().slice(0, endedShown);
  const going = ringing.length + talking.length;

  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('live.title')}</h1>
        {going > 0 && <span className="dim">{t('live.subtitle', { count: going })}</span>}
      </div>
      <PartHealth needs="telephony">
        {going === 0 && page === 'live' && (
          <div className="panel">
            <Empty
              icon={<PhoneIcon size={30} />}
              title={t('live.quiet')}
              hint={t('live.quietHint')}
              action={mayCallBack && (
                <Button component={Link} to="/callbacks" variant="light" mt="xs" h="auto" py={8} styles={{ label: { whiteSpace: 'normal' } }}>{t('live.quietAction')}</Button>
              )}
            />
          </div>
        )}
        <Group title={t('live.ringing')} calls={ringing} />
        <Group title={t('live.talking')} calls={talking} />
        <Group title={t('live.ended')} calls={ended} />
        <Team />
      </PartHealth>
    </div>
  );
}

function Group({ title, calls }: { title: string; calls: readonly Call[] }) {
  if (calls.length === 0) return null;
  return (
    <section className="column" aria-label={title}>
      <h2 className="section-title">{title} · {calls.length}</h2>
      <ul className={css.calls}>
        {calls.map((call) => <LiveCall key={call.id} call={call} />)}
      </ul>
    </section>
  );
}

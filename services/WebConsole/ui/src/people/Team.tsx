import { UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Person } from '../api/words';
import { useMay, useMe } from '../session/meContext';
import { useMinute } from '../ui-bits/now';
import { useStore } from '../ui-bits/store';
import css from './People.module.css';
import { moodOf, people, standingOf, standings, type Standing } from './people';
import { StandingWord } from './StandingWord';
import { StateMenu } from './StateMenu';

/** Who takes calls now and who does not, and why; whoever leads may change it. */
export function Team() {
  const { t } = useTranslation();
  const all = useStore(people);
  const now = useMinute();
  if (all.length === 0) return null;
  const stand = all.map((person) => ({ person, standing: standingOf(person, now) }));
  const counts = standings.map((standing) => [standing, stand.filter((one) => one.standing === standing).length] as const).filter(([, count]) => count > 0);
  const nobody = !stand.some(({ standing }) => standing === 'ready' || standing === 'talking' || standing === 'ringing');

  return (
    <section className="column" aria-label={t('people.team')} data-team>
      <div className="row wraps">
        <h2 className="section-title">{t('people.team')}</h2>
        {counts.map(([standing, count]) => (
          <span key={standing} className="mark" data-mood={moodOf[standing]}>{t(`people.count.${standing}`)} · {count}</span>
        ))}
      </div>
      {nobody && <p className={css.nobody} data-mood="missed" role="status">{t('people.nobody')}</p>}
      <ul className={css.team}>
        {stand.map(({ person, standing }) => <li key={person.id}><One person={person} standing={standing} now={now} /></li>)}
      </ul>
    </section>
  );
}

function One({ person, standing, now }: { person: Person; standing: Standing; now: number }) {
  const me = useMe();
  const mayDial = useMay('calls.dial');
  const leads = useMay('routing.write');
  const own = person.id === me.employeeId;
  const what = (
    <>
      <span className={css.dot} aria-hidden="true" />
      <span className={css.name}><span className="cut strong sm">{person.name}</span><span className="num dim xs">{person.extension}</span></span>
      <span className={css.word}><StandingWord person={person} standing={standing} now={now} /></span>
    </>
  );
  const look = { className: css.one, 'data-mood': moodOf[standing], 'data-person': person.extension, 'data-standing': standing };
  return mayDial && (own || leads)
    ? <StateMenu person={person} others={!own}><UnstyledButton {...look}>{what}</UnstyledButton></StateMenu>
    : <span {...look}>{what}</span>;
}

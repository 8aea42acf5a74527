import { UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMay, useMe } from '../session/meContext';
import { useMinute } from '../ui-bits/now';
import { usePartOf } from '../ui-bits/store';
import css from './People.module.css';
import { moodOf, people, standingOf } from './people';
import { StandingWord } from './StandingWord';
import { StateMenu } from './StateMenu';

/** My own state, always in sight: whoever forgot a pause sees why his phone is silent. */
export function OwnState() {
  const { t } = useTranslation();
  const me = useMe();
  const now = useMinute();
  const mayDial = useMay('calls.dial');
  const own = usePartOf(people, (all) => all.find((person) => person.id === me.employeeId));
  if (!own || !mayDial) return null;
  const standing = standingOf(own, now);
  return (
    <StateMenu person={own}>
      <UnstyledButton className={css.own} data-mood={moodOf[standing]} data-own-state={own.state}>
        <span className={css.dot} aria-hidden="true" />
        <span className="sr-only">{t('people.own')}</span>
        <span className={`cut ${css.ownWord ?? ''}`}><StandingWord person={own} standing={standing} now={now} /></span>
      </UnstyledButton>
    </StateMenu>
  );
}

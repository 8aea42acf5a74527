import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { queueQuery } from '../callbacks/queue';
import { liveCalls } from '../live/liveCalls';
import { useMay } from '../session/meContext';
import { CallbackIcon, HistoryIcon, PhoneIcon, SettingsIcon } from '../ui-bits/icons';
import { usePartOf } from '../ui-bits/store';
import css from './Navigation.module.css';

export function Navigation() {
  const { t } = useTranslation();
  const ringing = usePartOf(liveCalls.all, (calls) => calls.filter((c) => c.state === 'STATE_RINGING' && c.direction === 'DIRECTION_IN').length);
  const mayCallbacks = useMay('callbacks.read');
  const waiting = useQuery({ ...queueQuery({ mine: false }), enabled: mayCallbacks }).data?.callbacks.filter(
    (c) => c.state === 'STATE_OPEN',
  ).length;

  const places = [
    { to: '/', end: true, icon: <PhoneIcon size={21} />, label: t('shell.nav.live'), count: ringing, mood: 'ringing', shown: useMay('calls.read') },
    { to: '/callbacks', end: false, icon: <CallbackIcon size={21} />, label: t('shell.nav.callbacks'), count: waiting ?? 0, mood: 'missed', shown: mayCallbacks },
    { to: '/history', end: false, icon: <HistoryIcon size={21} />, label: t('shell.nav.history'), count: 0, mood: 'later', shown: useMay('calls.read') },
    { to: '/settings', end: false, icon: <SettingsIcon size={21} />, label: t('shell.nav.settings'), count: 0, mood: 'later', shown: true },
  ];

  return (
    <nav className={css.rail} aria-label={t('shell.nav.label')}>
      <span className={css.logo} aria-hidden="true"><PhoneIcon size={20} /></span>
      {places.filter((p) => p.shown).map((place) => (
        <NavLink key={place.to} to={place.to} end={place.end} className={css.place ?? ''}>
          <span className={css.icon}>
            {place.icon}
            {place.count > 0 && <span className={css.count} data-mood={place.mood}>{place.count > 99 ? '99+' : place.count}</span>}
          </span>
          <span>{place.label}</span>
        </NavLink>
      ))}
    </nav>
  );
}

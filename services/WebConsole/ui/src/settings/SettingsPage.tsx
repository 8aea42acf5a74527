import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useLocation } from 'react-router';
import { useMe } from '../session/meContext';
import css from './Settings.module.css';
import { sectionsFor } from './sections';

/** What the company is like: who rings when, who works here, and what became of it. */
export function SettingsPage() {
  const { t } = useTranslation();
  const me = useMe();
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // On a telephone the sections are a row that is longer than the screen.
  useEffect(() => {
    // Newer browsers answer with a promise, which must not be taken for the effect's clean-up.
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [pathname]);

  return (
    <div className={`page ${css.page ?? ''}`}>
      <nav ref={nav} className={css.sections} aria-label={t('settings.title')}>
        <h1 className={css.title}>{t('settings.title')}</h1>
        {sectionsFor(me.permissions).map(({ to }) => (
          <NavLink key={to} to={to} className={css.section ?? ''}>{t(`settings.section.${to}`)}</NavLink>
        ))}
      </nav>
      <div className={css.content}><Outlet /></div>
    </div>
  );
}

import { ActionIcon, Menu, Tooltip, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Outlet } from 'react-router';
import { CardPanel } from '../card/CardPanel';
import { useCardsOpenThemselves } from '../card/openThemselves';
import { chooseLanguage, useLanguage } from '../i18n/language';
import { useMissesTold, useRingingTitle } from '../live/tellings';
import { OwnState } from '../people/OwnState';
import { SearchBox } from '../search/SearchBox';
import { useSigned } from '../session/meContext';
import { TelephoneBar } from '../telephone/TelephoneBar';
import { TelephoneMenu } from '../telephone/TelephoneMenu';
import { useTelephone } from '../telephone/useTelephone';
import { Toasts } from '../ui-bits/Toasts';
import { MoonIcon, SearchIcon, SunIcon, UserIcon } from '../ui-bits/icons';
import { formatNumber } from '../ui-bits/phoneNumber';
import { LineState } from './LineState';
import { Navigation } from './Navigation';
import css from './Shell.module.css';
import { useStayConnected } from './useStayConnected';

/** What is around every page: navigation, search, the state of the line, and the call cards. */
export function Shell({ inert }: { inert: boolean }) {
  const { t } = useTranslation();
  const [searching, setSearching] = useState(false);
  useStayConnected(inert);
  useTelephone(inert);
  useCardsOpenThemselves();
  useMissesTold();
  useRingingTitle();
  // By its place on the keyboard: in a Russian layout the same key says "л".
  useHotkeys([['mod+K', () => setSearching(true), { usePhysicalKeys: true }]], []);

  return (
    <div className={css.shell} inert={inert}>
      <a className={css.skip} href="#content">{t('shell.skip')}</a>
      <header className={css.head}>
        <UnstyledButton className={css.search} onClick={() => setSearching(true)} aria-keyshortcuts="Control+K">
          <SearchIcon size={17} />
          <span className="grow cut">{t('shell.search')}</span>
          <kbd className={css.kbd}>Ctrl K</kbd>
        </UnstyledButton>
        <span className="grow" />
        <OwnState />
        <TelephoneMenu />
        <LineState.Dot />
        <HeadMenu />
      </header>
      <Navigation />
      <LineState.Banner />
      <TelephoneBar />
      <main className={css.main} id="content" tabIndex={-1}>
        <Suspense>
          <Outlet />
        </Suspense>
      </main>
      <CardPanel />
      <Toasts />
      {searching && <SearchBox close={() => setSearching(false)} />}
    </div>
  );
}

function HeadMenu() {
  const { t } = useTranslation();
  const { me, signOut } = useSigned();
  const language = useLanguage();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const themeWord = dark ? t('shell.theme.light') : t('shell.theme.dark');
  const phone = me.extension === '' ? t('shell.noExtension') : t('shell.extension', { phone: formatNumber(me.extension) });

  return (
    <>
      <Tooltip label={themeWord}>
        <ActionIcon size="lg" aria-label={themeWord} onClick={() => setColorScheme(dark ? 'light' : 'dark')}>
          {dark ? <SunIcon /> : <MoonIcon />}
        </ActionIcon>
      </Tooltip>
      <Menu withInitialFocusPlaceholder={false} position="bottom-end" width={240}>
        <Menu.Target>
          <UnstyledButton className={css.user}>
            <span className={css.face} aria-hidden="true"><UserIcon size={16} /></span>
            <span className={css.who}>
              <span className="cut sm strong">{me.name}</span>
              <span className="cut xs dim">{phone}</span>
            </span>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{me.name}<br />{phone}</Menu.Label>
          <Menu.Item lang={language === 'ru' ? 'en' : 'ru'} onClick={() => void chooseLanguage(language === 'ru' ? 'en' : 'ru')}>
            {t('shell.language')}
          </Menu.Item>
          <Menu.Item onClick={() => setColorScheme(dark ? 'light' : 'dark')}>{themeWord}</Menu.Item>
          <Menu.Item component={Link} to="/account">{t('shell.account')}</Menu.Item>
          <Menu.Divider />
          <Menu.Item onClick={signOut}>{t('shell.signOut')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

import { Center, Loader } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { whenSignedOut } from '../api/ask';
import { closeAllCards } from '../card/cards';
import { MeContext } from '../session/meContext';
import { signOut, whoAmI } from '../session/session';
import { SignInScreen } from '../session/SignInScreen';
import { hangUpEverywhere } from '../telephone/telephone';
import { Store, useStore } from '../ui-bits/store';
import { Trouble } from '../ui-bits/Trouble';
import { Shell } from './Shell';

const sessionOver = new Store(false);
whenSignedOut(() => sessionOver.set(true));

/** Signed in: the shell. Signed out meanwhile: signing in again over it, so that nothing typed is lost. */
export function App() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const over = useStore(sessionOver);
  const who = useQuery({
    queryKey: ['me'],
    queryFn: async ({ signal }) => (await whoAmI(signal)) ?? null,
    staleTime: Infinity,
    retry: true,
    retryDelay: 3000,
  });
  const me = who.data;

  const entered = useCallback(async () => {
    const before = me?.employeeId;
    const now = await whoAmI();
    if (before !== undefined && now?.employeeId !== before) {
      closeAllCards();
      location.reload();
      return;
    }
    sessionOver.set(false);
    cache.setQueryData(['me'], now ?? null);
    await cache.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'me' });
  }, [cache, me?.employeeId]);

  const leave = useCallback(() => {
    // Who signs out ends his talk; for a telephone that merely vanished the PBX would keep the client waiting.
    void hangUpEverywhere()
      .then(signOut)
      .finally(() => {
        closeAllCards();
        location.assign('/');
      });
  }, []);

  useEffect(() => {
    document.title = t('shell.product');
  }, [t]);

  const signed = useMemo(() => (me ? { me, signOut: leave } : undefined), [me, leave]);

  if (who.isPending) {
    return (
      <Center h="100%">
        {who.failureCount > 0 ? <Trouble error={who.failureReason} /> : <Loader aria-label={t('shell.loading')} />}
      </Center>
    );
  }
  if (!signed) return <SignInScreen entered={entered} />;
  return (
    <MeContext value={signed}>
      <Shell inert={over} />
      {over && <SignInScreen entered={entered} again />}
    </MeContext>
  );
}

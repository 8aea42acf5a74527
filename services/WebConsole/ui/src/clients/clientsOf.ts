// Clients as the screens need them: by id, by number, with the name to show for a call.
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../api/ask';
import type { Call, Client } from '../api/words';
import { useMay } from '../session/meContext';
import { formatNumber } from '../ui-bits/phoneNumber';

const fresh = 5 * 60_000;

export function useClient(id: string): UseQueryResult<Client | null> {
  const may = useMay('clients.read');
  return useQuery({
    queryKey: ['client', id],
    queryFn: async ({ signal }) => (await ask('callcenter.clients.v1.Clients/GetClient', { id }, signal)).client ?? null,
    enabled: may && id !== '',
    staleTime: fresh,
  });
}

export function useClientOfNumber(number: string, enabled = true): UseQueryResult<Client | null> {
  const may = useMay('clients.read');
  return useQuery({
    queryKey: ['client-of-number', number],
    queryFn: async ({ signal }) => (await ask('callcenter.clients.v1.Clients/GetClientOfNumber', { number }, signal)).client ?? null,
    enabled: may && enabled && number !== '',
    staleTime: fresh,
  });
}

/** The client of a call: whom the gateway recognised, else whose the number is by now. */
export function useClientOfCall(call: Pick<Call, 'clientId' | 'partyNumber' | 'party'> | undefined): UseQueryResult<Client | null> {
  const known = useClient(call?.clientId ?? '');
  const byNumber = useClientOfNumber(call?.partyNumber ?? '', call?.clientId === '' && call.party === 'PARTY_OUTSIDE');
  return call?.clientId ? known : byNumber;
}

/**
 * The name of a call's client, undefined when none is known. Whom the gateway recognised comes named with the call, so that nothing
 * is asked while phones ring; only of others it is asked whose the number is by now.
 */
export function useNameOfCall(call: Pick<Call, 'clientId' | 'clientName' | 'partyNumber' | 'party'> | undefined): string | undefined {
  const named = call?.clientName ?? '';
  const { data: client } = useClientOfCall(named === '' ? call : undefined);
  return named === '' ? client?.name : named;
}

/** How the other party of a call is called: the client, or the number as people write it. */
export function usePartyWords(): (call: Pick<Call, 'party' | 'partyNumber' | 'partyNumberAsShown'>) => string {
  const { t } = useTranslation();
  return useCallback(
    (call: Pick<Call, 'party' | 'partyNumber' | 'partyNumberAsShown'>) =>
      call.party === 'PARTY_ANONYMOUS'
        ? t('call.anonymous')
        : call.partyNumber !== ''
          ? formatNumber(call.partyNumber)
          : call.partyNumberAsShown || t('call.unusable'),
    [t],
  );
}

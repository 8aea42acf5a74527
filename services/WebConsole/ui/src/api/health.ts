import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { askAddress } from './ask';

export type ServiceName = 'telephony' | 'leads' | 'staff';

interface Health {
  service: ServiceName;
  healthy: boolean;
}

/** Which services answer. An unanswered question is no news: the line to the console says that by itself. */
export function useServices(): UseQueryResult<Health[]> {
  return useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => askAddress<Health[]>('GET', '/api/health', undefined, { signal }),
    refetchInterval: (query) => (query.state.data?.some((h) => !h.healthy) ? 5_000 : 20_000),
    retry: false,
  });
}

/** Those that are down. */
export function useServicesDown(): readonly ServiceName[] {
  return (useServices().data ?? []).filter((h) => !h.healthy).map((h) => h.service);
}

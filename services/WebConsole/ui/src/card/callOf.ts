import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/ask';
import type { Call } from '../api/words';
import { diallingOf, diallings, isGoingOn } from '../live/diallings';
import { liveCalls } from '../live/liveCalls';
import { usePartOf } from '../ui-bits/store';

interface CallOf {
  call: Call | undefined;
  /** There is none with that id, or one may not see it. */
  gone: boolean;
  error: unknown;
}

/** A call: as it goes on, or from the store of calls. What I dial has an id before it is a call. */
export function useCallOf(callId: string): CallOf {
  const live = usePartOf(liveCalls.all, () => liveCalls.find(callId));
  const dialled = usePartOf(diallings, (all) => isGoingOn(diallingOf(all, callId)));
  const kept = useQuery({
    queryKey: ['call', callId],
    queryFn: async ({ signal }) => (await ask('callcenter.calls.v1.Calls/GetCall', { id: callId }, signal)).call ?? null,
    enabled: live === undefined,
    refetchInterval: (query) => (query.state.data?.settled === false || (query.state.error && dialled) ? 4000 : false),
  });
  const call = live ?? kept.data ?? undefined;
  return { call, gone: !call && kept.isError && !dialled, error: call || dialled ? undefined : kept.error };
}

// Who rings when, as the settings read and change it.
import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import { ask, type AnswerOf, type Method, type RequestOf } from '../api/ask';
import type { Routing } from '../api/words';

/** All of it; the try-out lies under the same key, and is asked anew with it. */
export function useRouting(): UseQueryResult<Routing> {
  return useQuery({ queryKey: ['routing'], queryFn: ({ signal }) => ask('callcenter.routing.v1.Routing/GetRouting', {}, signal), staleTime: 5_000 });
}

type RoutingMethod = Extract<Method, `callcenter.routing.v1.Routing/${string}`>;
/** One change. Whatever comes of it, what is shown is read anew: who was refused has seen something old. */
export function useRoutingChange<M extends RoutingMethod>(
  method: M,
  done: (answer: AnswerOf<M>) => void,
): UseMutationResult<AnswerOf<M>, Error, Partial<RequestOf<M>>> {
  const cache = useQueryClient();
  return useMutation<AnswerOf<M>, Error, Partial<RequestOf<M>>>({
    mutationFn: async (request) => {
      try {
        return await ask(method, request);
      } finally {
        await cache.invalidateQueries({ queryKey: ['routing'] });
      }
    },
    onSuccess: done,
  });
}

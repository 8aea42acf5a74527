// Employees, as the settings read and change them.
import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import { ask, type AnswerOf, type Method, type RequestOf } from '../api/ask';
import type { Employee } from '../api/words';
import { allEmployees } from '../live/people';

/** Everybody, those dismissed too, by name. */
export function useEverybody(): UseQueryResult<Employee[]> {
  return useQuery({ queryKey: ['employees', 'with-dismissed'], queryFn: ({ signal }) => allEmployees(signal, true), staleTime: 5_000 });
}

// Telephony hears of a change in staff by an event, a moment later.
const heardAfter = 1_500;

type StaffMethod = Extract<Method, `callcenter.staff.v1.Employees/${string}`>;

/** One change. Whatever comes of it, what is shown is read anew: who was refused has seen something old. */
export function useStaffChange<M extends StaffMethod>(
  method: M,
  done: (answer: AnswerOf<M>) => void,
): UseMutationResult<AnswerOf<M>, Error, Partial<RequestOf<M>>> {
  const readAnew = useStaffReadAnew();
  return useMutation<AnswerOf<M>, Error, Partial<RequestOf<M>>>({
    mutationFn: async (request) => {
      try {
        return await ask(method, request);
      } finally {
        await readAnew();
      }
    },
    onSuccess: done,
  });
}

export function useStaffReadAnew(): () => Promise<void> {
  const cache = useQueryClient();
  return async () => {
    setTimeout(() => void cache.invalidateQueries({ queryKey: ['routing'] }), heardAfter);
    await cache.invalidateQueries({ queryKey: ['employees'] });
  };
}

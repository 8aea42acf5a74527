// Working a callback off: take, call, give back, postpone.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/ask';
import type { Callback, TryResult } from '../api/words';
import { placeCall } from '../live/diallings';
import { now } from '../ui-bits/now';
import { useOfferToTakeAgain } from './takeAgain';
import { holderOf } from './queue';

interface Postponing {
  result: TryResult;
  dueAt: number;
  note: string;
}

const take = async (id: string): Promise<Callback> => there((await ask('callcenter.callbacks.v1.Callbacks/TakeCallback', { id })).callback);

const leaseOf = (callback: Callback): string => callback.lease?.number ?? '0';

function there(callback: Callback | undefined): Callback {
  if (!callback) throw new Error('An answer without its callback.');
  return callback;
}

export function useWork(callback: Callback, employeeId: string) {
  const cache = useQueryClient();
  const keep = (newer: Callback): void => {
    for (const mine of [true, false]) {
      cache.setQueryData<{ callbacks: Callback[]; nextPageToken: string }>(['callbacks', 'queue', { mine }], (queue) =>
        queue && { ...queue, callbacks: queue.callbacks.map((c) => (c.id === newer.id && BigInt(newer.version) >= BigInt(c.version) ? newer : c)) });
    }
  };
  const settled = (): void => void cache.invalidateQueries({ queryKey: ['callbacks'] });
  const offerToTakeAgain = useOfferToTakeAgain();

  const taking = useMutation({ mutationFn: () => take(callback.id), onSuccess: keep, onSettled: settled });

  const calling = useMutation({
    // One lease is one call: its number is the idempotency key, so that no click and no second tab dials twice. To dial once more
    // in one's own lease, it is given back and taken anew.
    mutationFn: async ({ again }: { again: boolean }) => {
      let held = callback;
      if (again && holderOf(callback, employeeId, now()) === 'me') {
        keep(there((await ask('callcenter.callbacks.v1.Callbacks/ReleaseCallback', { id: callback.id, leaseNumber: leaseOf(callback) })).callback));
        held = await take(callback.id);
      } else if (holderOf(callback, employeeId, now()) !== 'me') held = await take(callback.id);
      keep(held);
      await placeCall(held.number, held.clientName, `${held.id}/${leaseOf(held)}`);
    },
    onSettled: settled,
  });

  const releasing = useMutation({
    mutationFn: async () =>
      there((await ask('callcenter.callbacks.v1.Callbacks/ReleaseCallback', { id: callback.id, leaseNumber: leaseOf(callback) })).callback),
    onSuccess: (released) => {
      keep(released);
      offerToTakeAgain(released, async () => {
        try {
          keep(await take(released.id));
        } finally {
          settled();
        }
      });
    },
    onSettled: settled,
  });

  const postponing = useMutation({
    mutationFn: async ({ result, dueAt, note }: Postponing) =>
      there(
        (
          await ask('callcenter.callbacks.v1.Callbacks/PostponeCallback', {
            id: callback.id,
            leaseNumber: leaseOf(callback),
            result,
            dueAt: new Date(dueAt).toISOString(),
            note: note.trim(),
          })
        ).callback,
      ),
    onSuccess: keep,
    onSettled: settled,
  });

  return { taking, calling, releasing, postponing };
}

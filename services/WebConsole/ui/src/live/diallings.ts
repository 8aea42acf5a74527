// My own diallings: what I clicked, and how far it has come.
import { ask } from '../api/ask';
import type { Dialling } from '../api/words';
import { isTelephone } from '../telephone/telephone';
import { Store } from '../ui-bits/store';

/** The newest state of each, the latest asked for first. */
export const diallings = new Store<readonly Dialling[]>([]);

export function keepDialling(told: Dialling): void {
  const known = diallings.get();
  const before = known.find((d) => d.id === told.id);
  if (before && BigInt(before.version) >= BigInt(told.version)) return;
  diallings.set([told, ...known.filter((d) => d.id !== told.id)].slice(0, 50));
}

export const diallingOf = (all: readonly Dialling[], callId: string): Dialling | undefined => all.find((d) => d.callId === callId);

export const isGoingOn = (dialling: Dialling | undefined): boolean =>
  dialling !== undefined && dialling.stage !== 'STAGE_ENDED';

/** Takes a ringing call over. This page, when it is the telephone, lifts itself: the click was the answer. */
export async function takeOver(callId: string, idempotencyKey: string): Promise<Dialling> {
  const answer = await ask('callcenter.call_control.v1.CallControl/TakeCall', { idempotencyKey, callId, answerAutomatically: isTelephone() });
  return kept(answer.dialling);
}

/** Rings my phone and then a number. */
export async function placeCall(number: string, shownName: string, idempotencyKey: string): Promise<Dialling> {
  const answer = await ask('callcenter.call_control.v1.CallControl/PlaceCall', { idempotencyKey, number, shownName, answerAutomatically: isTelephone() });
  return kept(answer.dialling);
}

export async function cancelDialling(id: string): Promise<void> {
  const answer = await ask('callcenter.call_control.v1.CallControl/CancelDialling', { id });
  kept(answer.dialling);
}

/** Asks again for those that go on: the connection may have been away when they ended. */
export async function refreshDiallings(): Promise<void> {
  await Promise.all(
    diallings
      .get()
      .filter(isGoingOn)
      .map(async ({ id }) => kept((await ask('callcenter.call_control.v1.CallControl/GetDialling', { id })).dialling)),
  );
}

function kept(dialling: Dialling | undefined): Dialling {
  if (!dialling) throw new Error('An answer without its dialling.');
  keepDialling(dialling);
  return diallings.get().find((d) => d.id === dialling.id) ?? dialling;
}

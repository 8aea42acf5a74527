// Who takes calls now: what each says of himself and what his phone does, as the live connection tells of it.
import type { PauseReason, Person, PersonState } from '../api/words';
import { ask } from '../api/ask';
import { Store } from '../ui-bits/store';
import { ms } from '../ui-bits/times';

export const people = new Store<readonly Person[]>([]);

/** How somebody stands, in one word: what he does before what he says, and a phone that is not there before a readiness that helps nobody. */
export type Standing = 'talking' | 'ringing' | 'absent' | 'away' | 'paused' | 'offline' | 'ready';

export function standingOf(person: Person, now: number): Standing {
  if (person.phone === 'PHONE_STATE_BUSY') return 'talking';
  if (person.phone === 'PHONE_STATE_RINGING') return 'ringing';
  if (person.absent) return 'absent';
  if (person.state === 'STATE_AWAY') return 'away';
  if (pauseLeft(person, now) > 0) return 'paused';
  return person.phone === 'PHONE_STATE_UNREGISTERED' ? 'offline' : 'ready';
}

/** How much of a pause is left, in milliseconds; 0 when there is none. */
export function pauseLeft(person: Person, now: number): number {
  const until = person.state === 'STATE_PAUSED' ? ms(person.until) : undefined;
  return until === undefined ? 0 : Math.max(0, until - now);
}

export const moodOf: Record<Standing, string> = {
  talking: 'later',
  ringing: 'ringing',
  absent: 'unanswered',
  away: 'unanswered',
  paused: 'ringing',
  offline: 'missed',
  ready: 'talking',
};

/** In the order in which a head looks: who helps now, who soon, who not. */
export const standings: readonly Standing[] = ['ready', 'talking', 'ringing', 'paused', 'away', 'offline', 'absent'];

export type Pause = Exclude<PauseReason, 'PAUSE_REASON_UNSPECIFIED'>;

/** How long a pause usually is, in minutes. */
export const usualPauses: readonly (readonly [Pause, number])[] = [
  ['PAUSE_REASON_BREAK', 15],
  ['PAUSE_REASON_LUNCH', 60],
  ['PAUSE_REASON_MEETING', 60],
  ['PAUSE_REASON_PAPERWORK', 30],
  ['PAUSE_REASON_TRAINING', 120],
  ['PAUSE_REASON_OTHER', 30],
];

/** What somebody says of himself; a pause that is over has made him ready. */
export interface Said {
  state: PersonState;
  reason?: Pause;
  until?: number;
}

export function saidBy(person: Person, now: number): Said {
  if (person.state !== 'STATE_PAUSED') return { state: person.state };
  const until = ms(person.until);
  if (until === undefined || until <= now || person.reason === 'PAUSE_REASON_UNSPECIFIED') return { state: 'STATE_READY' };
  return { state: 'STATE_PAUSED', reason: person.reason, until };
}

export const sameSaid = (a: Said, b: Said): boolean => a.state === b.state && a.reason === b.reason && a.until === b.until;

/** Whether a change can still be taken back: nobody has said another thing since. What is pushed may be a moment older than the change. */
export function isStill(person: Person | undefined, changed: Person, before: Person, now: number): boolean {
  if (!person) return false;
  const said = saidBy(person, now);
  return sameSaid(said, saidBy(changed, now)) || sameSaid(said, saidBy(before, now));
}

interface Saying {
  state: PersonState;
  reason?: Pause;
  /** When the pause is over, by the server's clock. */
  until?: number;
  /** Of whom; one's own when left out. */
  employeeId?: string;
}

/** Says it, and shows it at once: the live connection tells of it a moment later. */
export async function say({ state, reason, until, employeeId = '' }: Saying): Promise<Person> {
  const { person } = await ask('callcenter.people.v1.People/SetState', {
    state,
    employeeId,
    ...(reason === undefined ? {} : { reason }),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  });
  if (!person) throw new Error('An answer without its person.');
  people.set(people.get().map((known) => (known.id === person.id ? person : known)));
  return person;
}

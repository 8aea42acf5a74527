import { beforeEach, describe, expect, it } from 'vitest';
import type { SipRequest, SipSession } from './library';
import { Phone, type Trouble } from './phone';

type Listener = (told: never) => void;

/** Tells those who listen, as JsSIP does. */
class Telling {
  readonly #listeners = new Map<string, Listener[]>();
  on = (event: string, listener: Listener): void => void this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  tell = (event: string, told: object = {}): void => this.#listeners.get(event)?.forEach((listener) => listener(told as never));
}

class FakeAgent extends Telling {
  readonly done: string[] = [];
  readonly transport = { disconnect: () => this.done.push('disconnect') };
  start = () => this.done.push('start');
  stop = () => this.done.push('stop');
}

class FakeSession extends Telling {
  readonly direction = 'incoming';
  readonly connection = { iceConnectionState: 'connected' };
  readonly remote_identity = { display_name: 'Анна', uri: { user: '79161234567' } };
  readonly done: [string, object?][] = [];
  established = false;
  ended = false;
  agreed: (() => void) | undefined;
  referred: { requestSucceeded: () => void; requestFailed: () => void } | undefined;
  isEstablished = () => this.established;
  isEnded = () => this.ended;
  answer = () => {
    // JsSIP counts it as established from here on, long before the other side knows of it.
    this.established = true;
    this.done.push(['answer']);
  };
  terminate = (how: object = {}) => {
    this.ended = true;
    this.done.push(['terminate', how]);
  };
  renegotiate = (_: object, done: () => void) => {
    this.agreed = done;
    return true;
  };
  refer = (_: string, { eventHandlers }: { eventHandlers: NonNullable<FakeSession['referred']> }) => (this.referred = eventHandlers);
}

let agent: FakeAgent;
let told: Trouble[];
let phone: Phone;

beforeEach(() => {
  agent = new FakeAgent();
  told = [];
  phone = new Phone(agent, (trouble) => told.push(trouble));
  agent.tell('registered');
});

function ring(callInfo?: string): FakeSession {
  const session = new FakeSession();
  const request: SipRequest = { getHeader: (name) => (name === 'Call-Info' ? callInfo : undefined) };
  agent.tell('newRTCSession', { session: session as unknown as SipSession, request });
  return session;
}

function talk(): FakeSession {
  const session = ring();
  phone.answer();
  session.tell('confirmed');
  return session;
}

const stage = (): string | undefined => phone.state.get().talk?.stage;
const line = (): string => phone.state.get().line;

describe('a telephone that rings', () => {
  it('is answered, talks and is free again', () => {
    const session = ring();
    expect(phone.state.get().talk).toMatchObject({ stage: 'rings', number: '79161234567', name: 'Анна' });
    phone.answer();
    expect(stage()).toBe('connecting');
    session.tell('confirmed');
    expect(stage()).toBe('talking');
    phone.hangUp();
    expect(session.done).toEqual([['answer'], ['terminate', {}]]);
    expect(stage()).toBeUndefined();
  });

  it('is lifted by one’s own click', () => {
    expect(ring('<sip:pbx>;answer-after=0').done).toEqual([['answer']]);
    expect(stage()).toBe('connecting');
  });

  it('is declined with 603', () => {
    const session = ring();
    phone.hangUp();
    expect(session.done).toEqual([['terminate', { status_code: 603 }]]);
  });

  it('is silent when its connection is lost, since the end of the ringing would never come', () => {
    const session = ring();
    agent.tell('disconnected', { code: 1006 });
    expect([line(), stage(), session.ended]).toEqual(['lost', undefined, true]);
  });

  it('does not go on connecting when the connection is lost before the other side knows of the answer', () => {
    const session = ring();
    phone.answer();
    agent.tell('disconnected', { code: 1006 });
    expect([line(), stage(), session.ended]).toEqual(['lost', undefined, true]);
  });

  it('rings anew after a lost connection', () => {
    ring();
    agent.tell('disconnected', { code: 1006 });
    agent.tell('connecting');
    expect(line()).toBe('lost');
    agent.tell('registered');
    const again = ring();
    expect([line(), stage(), again.ended]).toEqual(['ready', 'rings', false]);
  });

  it('says that the microphone was refused, and rings no more', () => {
    const session = ring();
    phone.answer();
    session.tell('failed');
    session.tell('getusermediafailed');
    expect(told).toEqual(['microphone']);
    expect(stage()).toBeUndefined();
  });
});

describe('a telephone that is taken elsewhere', () => {
  it('while it rings ends the ringing before its agent stops, which then has nothing to wait for', () => {
    const session = ring();
    session.terminate = () => agent.done.push('terminate');
    agent.tell('disconnected', { code: 4409 });
    expect([line(), stage()]).toEqual(['elsewhere', undefined]);
    expect(agent.done).toEqual(['start', 'terminate', 'stop']);
  });

  it('does not come back, whatever its agent tries', () => {
    agent.tell('disconnected', { code: 4409 });
    agent.tell('connecting');
    expect(line()).toBe('elsewhere');
    expect(agent.done).toEqual(['start', 'stop', 'disconnect']);
  });

  it.each([[1008, 'refused'], [4401, 'refused'], [4403, 'refused'], [1006, 'lost'], [4503, 'lost']])('closed with %i is %s', (code, wanted) => {
    agent.tell('disconnected', { code });
    expect(line()).toBe(wanted);
    expect(agent.done.includes('stop')).toBe(wanted === 'refused');
  });
});

describe('a talk', () => {
  it('is not disturbed by a second call, which hears that one is busy', () => {
    const session = talk();
    const second = ring();
    expect(second.done).toEqual([['terminate', { status_code: 486 }]]);
    expect([stage(), session.ended]).toEqual(['talking', false]);
  });

  it('goes on over a lost connection, and is agreed on again', () => {
    const session = talk();
    agent.tell('disconnected', { code: 1006 });
    expect([line(), stage(), session.ended]).toEqual(['lost', 'talking', false]);
    agent.tell('registered');
    session.agreed?.();
    expect([line(), stage()]).toEqual(['ready', 'talking']);
    // Both sides know of it again: who calls now is told that one is busy.
    expect(ring().done).toEqual([['terminate', { status_code: 486 }]]);
    expect(session.ended).toBe(false);
  });

  it('that the PBX has given up while the connection was lost makes room for what rings then', () => {
    const session = talk();
    agent.tell('disconnected', { code: 1006 });
    agent.tell('registered');
    const next = ring();
    expect([session.ended, stage(), next.ended]).toEqual([true, 'rings', false]);
  });

  it('whose sound has broken off makes room for what rings then', () => {
    const session = talk();
    session.connection.iceConnectionState = 'disconnected';
    ring();
    expect([session.ended, stage()]).toEqual([true, 'rings']);
  });

  it('is over here when the PBX has taken the transfer', () => {
    const session = talk();
    phone.transfer('102');
    expect(stage()).toBe('transferring');
    session.referred?.requestSucceeded();
    expect([stage(), session.ended]).toEqual([undefined, true]);
  });

  it('goes on when the transfer is refused, which is said', () => {
    const session = talk();
    phone.transfer('999');
    session.referred?.requestFailed();
    expect([stage(), session.ended, told]).toEqual(['talking', false, ['transfer']]);
  });

  it('of a page that leaves tells the PBX so, which keeps the caller', () => {
    const session = talk();
    phone.leave();
    expect(session.done.at(-1)).toEqual(['terminate', { extraHeaders: ['Reason: Q.850;cause=38;text="page left"'] }]);
  });
});

// The telephone of one page: one talk at a time, over whatever agent it is given.
import { now } from '../ui-bits/now';
import { Store } from '../ui-bits/store';
import type { SipAgent, SipRequest, SipSession } from './library';
import { hear, microphoneWanted } from './sound';

export interface Talk {
  stage: 'rings' | 'connecting' | 'talking' | 'transferring';
  number: string;
  name: string;
  since: number;
  held: boolean;
  muted: boolean;
}

export interface PhoneState {
  /** Connecting; the PBX knows us; the connection was lost; another browser is the telephone now; it may not be used. */
  line: 'connecting' | 'ready' | 'lost' | 'elsewhere' | 'refused';
  talk?: Talk;
}

/** What went wrong, for the one who talks. */
export type Trouble = 'microphone' | 'transfer';

// How the console closes the connection (its TelephoneLine says why).
const closedFor: Record<number, 'elsewhere' | 'refused'> = { 1008: 'refused', 4401: 'refused', 4403: 'refused', 4409: 'elsewhere' };

/** The page itself leaves; the PBX keeps the caller and brings him back (its dialplan, crm-back). */
const leaving = 'Reason: Q.850;cause=38;text="page left"';

export class Phone {
  readonly state = new Store<PhoneState>({ line: 'connecting' });
  readonly #agent: SipAgent;
  readonly #tell: (trouble: Trouble) => void;
  #session: SipSession | undefined;
  /** The connection was lost since the last thing both sides agreed on: the PBX may have given the talk up. */
  #inDoubt = false;
  #isClosed = false;

  constructor(agent: SipAgent, tell: (trouble: Trouble) => void) {
    this.#agent = agent;
    this.#tell = tell;
    agent.on('connecting', () => {
      // An agent that waits for its last answers goes on reconnecting: it would put the person's new telephone out.
      if (this.#isClosed) agent.transport.disconnect();
      else this.#line(this.state.get().line === 'lost' ? 'lost' : 'connecting');
    });
    agent.on('registered', () => {
      this.#line('ready');
      this.#agreeAgain();
    });
    agent.on('registrationFailed', () => this.#line('lost'));
    agent.on('disconnected', ({ code }) => this.#lost(code));
    agent.on('newRTCSession', ({ session, request }) => this.#come(session, request));
    agent.start();
  }

  answer(): void {
    if (!this.#session || this.state.get().talk?.stage !== 'rings') return;
    this.#talk({ stage: 'connecting' });
    this.#session.answer({ mediaConstraints: microphoneWanted(), pcConfig: { iceServers: [] } });
  }

  /** Declines what rings, ends what goes on. */
  hangUp(): void {
    const talk = this.state.get().talk;
    if (talk) this.#end(talk.stage === 'rings' ? { status_code: 603 } : {});
  }

  hold(held: boolean): void {
    const changed = held ? this.#session?.hold({ useUpdate: false }) : this.#session?.unhold({ useUpdate: false });
    if (changed) this.#talk({ held });
  }

  mute(muted: boolean): void {
    if (muted) this.#session?.mute({ audio: true });
    else this.#session?.unmute({ audio: true });
    this.#talk({ muted });
  }

  press(key: string): void {
    this.#session?.sendDTMF(key, { transportType: 'RFC2833' });
  }

  /** Sends the other side on to a number or an extension; the talk is over here when the PBX has taken that. */
  transfer(number: string): void {
    const session = this.#session;
    if (!session) return;
    const back = (): void => {
      if (this.#session !== session) return;
      this.#talk({ stage: 'talking' });
      this.#tell('transfer');
    };
    this.#talk({ stage: 'transferring' });
    session.refer(number, { eventHandlers: { requestSucceeded: () => this.#session === session && this.#end({}), requestFailed: back } });
  }

  /** The page is closed or loaded anew. */
  leave(): void {
    if (this.#session?.isEstablished()) this.#end({ extraHeaders: [leaving] });
  }

  /** Ends all, and is no telephone any more. */
  stop(): void {
    this.leave();
    this.#isClosed = true;
    this.#agent.stop();
  }

  #line(line: PhoneState['line']): void {
    this.state.set({ ...this.state.get(), line });
  }

  #talk(change: Partial<Talk>): void {
    const { talk, ...rest } = this.state.get();
    if (talk) this.state.set({ ...rest, talk: { ...talk, ...change } });
  }

  #lost(code: number | undefined): void {
    if (this.#isClosed) return;
    const why = code === undefined ? undefined : closedFor[code];
    // What is not agreed on yet never will be: no end of the ringing, no answer and no ACK finds its way any more.
    if (this.#session && !this.#isAgreed()) this.#end({});
    if (this.#session) this.#inDoubt = true;
    this.#line(why ?? 'lost');
    if (why) this.stop();
  }

  #come(session: SipSession, request: SipRequest): void {
    if (session.direction !== 'incoming') return;
    // The PBX rings nobody who talks: when it does, it holds the old talk for over.
    if (this.#session && (this.#inDoubt || this.#isSilent())) this.#end({});
    if (this.#session) {
      session.terminate({ status_code: 486 });
      return;
    }

    this.#session = session;
    this.#inDoubt = false;
    session.on('peerconnection', ({ peerconnection }) => {
      peerconnection.addEventListener('track', ({ streams: [stream] }) => void hear(stream ?? null));
    });
    session.on('confirmed', () => this.#session === session && this.#talk({ stage: 'talking', since: now() }));
    session.on('ended', () => this.#over(session));
    session.on('failed', () => this.#over(session));
    session.on('getusermediafailed', () => this.#tell('microphone'));
    const { display_name: name, uri } = session.remote_identity;
    this.state.set({
      ...this.state.get(),
      talk: { stage: 'rings', number: uri.user ?? '', name: name ?? '', since: now(), held: false, muted: false },
    });
    // One's own click: the gateway asks the telephone to lift itself.
    if (request.getHeader('Call-Info')?.includes('answer-after=0')) this.answer();
  }

  #isAgreed(): boolean {
    const stage = this.state.get().talk?.stage;
    return stage === 'talking' || stage === 'transferring';
  }

  #isSilent(): boolean {
    return ['disconnected', 'failed', 'closed'].includes(this.#session?.connection?.iceConnectionState ?? '');
  }

  // Till then the PBX would send its next word, such as the end of the talk, where nobody listens any more.
  #agreeAgain(): void {
    if (!this.#inDoubt || !this.#session?.isEstablished()) return;
    this.#session.renegotiate({ useUpdate: false }, () => (this.#inDoubt = false));
  }

  #end(how: { status_code?: number; extraHeaders?: string[] }): void {
    const session = this.#session;
    if (!session) return;
    this.#over(session);
    if (!session.isEnded()) session.terminate(how);
  }

  #over(session: SipSession): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    this.#inDoubt = false;
    void hear(null);
    this.state.set({ line: this.state.get().line });
  }
}

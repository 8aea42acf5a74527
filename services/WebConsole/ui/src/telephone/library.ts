// What is used of JsSIP, in types of our own: its own do not hold up to strict checking. It is loaded when somebody telephones.

export interface SipRequest {
  getHeader(name: string): string | undefined;
}

export interface SipSession {
  readonly direction: 'incoming' | 'outgoing';
  readonly connection: RTCPeerConnection | null | undefined;
  readonly remote_identity: { readonly display_name: string | null; readonly uri: { readonly user: string | null } };
  isEstablished(): boolean;
  isEnded(): boolean;
  answer(options: { mediaConstraints: MediaStreamConstraints; pcConfig: RTCConfiguration }): void;
  terminate(options?: { status_code?: number; extraHeaders?: string[] }): void;
  sendDTMF(keys: string, options: { transportType: 'RFC2833' }): void;
  hold(options?: { useUpdate?: boolean }, done?: () => void): boolean;
  unhold(options?: { useUpdate?: boolean }, done?: () => void): boolean;
  renegotiate(options?: { useUpdate?: boolean }, done?: () => void): boolean;
  mute(options: { audio: boolean }): void;
  unmute(options: { audio: boolean }): void;
  refer(target: string, options: { eventHandlers: { requestSucceeded: () => void; requestFailed: () => void } }): void;
  on(event: 'peerconnection', listener: (told: { peerconnection: RTCPeerConnection }) => void): void;
  on(event: 'confirmed' | 'ended' | 'failed' | 'getusermediafailed', listener: () => void): void;
}

export interface SipAgent {
  readonly transport: { disconnect(): void };
  start(): void;
  stop(): void;
  on(event: 'connecting' | 'connected' | 'registered' | 'unregistered' | 'registrationFailed', listener: () => void): void;
  on(event: 'disconnected', listener: (told: { code?: number }) => void): void;
  on(event: 'newRTCSession', listener: (told: { session: SipSession; request: SipRequest }) => void): void;
}

interface Library {
  UA: new (configuration: {
    sockets: unknown[];
    uri: string;
    password: string;
    user_agent: string;
    register_expires: number;
    session_timers: boolean;
    no_answer_timeout: number;
    connection_recovery_min_interval: number;
    connection_recovery_max_interval: number;
  }) => SipAgent;
  WebSocketInterface: new (address: string) => unknown;
}

/** A telephone of this account whose SIP goes through the console; not started yet. */
export async function newAgent(account: string): Promise<SipAgent> {
  const { UA, WebSocketInterface } = (await import('jssip')).default as unknown as Library;
  return new UA({
    sockets: [new WebSocketInterface(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/telephone`)],
    uri: `sip:${account}@callcentercrm`,
    // The library wants one; the console answers the PBX's challenge in its place.
    password: 'none',
    user_agent: 'CallCenterCrm console',
    register_expires: 120,
    // The PBX hears by the sound whether the other side is there.
    session_timers: false,
    // How long a telephone rings is the rule's to say; JsSIP would refuse the call after a minute.
    no_answer_timeout: 3600,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 8,
  });
}

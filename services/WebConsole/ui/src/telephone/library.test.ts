import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newAgent } from './library';
import { Phone } from './phone';

/** The page's end of a connection that a test plays the console of. */
class FakeSocket {
  static opened: FakeSocket[] = [];
  readonly OPEN = 1;
  readonly CONNECTING = 0;
  readyState = 0;
  readonly sent: string[] = [];
  onopen = (): void => undefined;
  onclose: (told: object) => void = () => undefined;
  onmessage: (told: object) => void = () => undefined;
  constructor() {
    FakeSocket.opened.push(this);
  }
  send = (message: string): void => void this.sent.push(message);
  close = (): void => void (this.readyState = 3);
  open(): void {
    this.readyState = 1;
    this.onopen();
  }
  say = (message: string): void => this.onmessage({ data: message });
  endWith(code: number): void {
    this.readyState = 3;
    this.onclose({ wasClean: true, code, reason: '' });
  }
}

const header = (message: string, name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(message)?.[1]?.trim() ?? '';

function registered(socket: FakeSocket): void {
  socket.open();
  const asked = socket.sent.find((message) => message.startsWith('REGISTER')) ?? '';
  socket.say([
    'SIP/2.0 200 OK', `Via: ${header(asked, 'Via')}`, `From: ${header(asked, 'From')}`, `To: ${header(asked, 'To')};tag=pbx`, `Call-ID: ${header(asked, 'Call-ID')}`,
    `CSeq: ${header(asked, 'CSeq')}`, `Contact: ${header(asked, 'Contact')}`, 'Content-Length: 0', '', '',
  ].join('\r\n'));
}

function rung(socket: FakeSocket): void {
  const contact = /<(sip:[^;>]+)/.exec(header(socket.sent[0] ?? '', 'Contact'))?.[1] ?? '';
  const offer = 'v=0\r\n';
  socket.say([
    `INVITE ${contact};transport=ws SIP/2.0`, 'Via: SIP/2.0/WS pbx;branch=z9hG4bK1', 'Max-Forwards: 70', 'From: <sip:79161234567@callcentercrm>;tag=caller', 'To: <sip:101-web@callcentercrm>',
    'Call-ID: one', 'CSeq: 1 INVITE', 'Contact: <sip:pbx@pbx>', 'Content-Type: application/sdp', `Content-Length: ${offer.length}`, '', offer,
  ].join('\r\n'));
}

async function ringingPhone(): Promise<{ phone: Phone; socket: FakeSocket }> {
  const phone = new Phone(await newAgent('101-web'), () => undefined);
  const socket = FakeSocket.opened[0];
  if (!socket) throw new Error('No connection was opened.');
  registered(socket);
  rung(socket);
  expect(phone.state.get()).toMatchObject({ line: 'ready', talk: { stage: 'rings', number: '79161234567' } });
  return { phone, socket };
}

/** JsSIP waits one or two seconds, by chance; its own end of waiting for answers comes after two. */
const reconnectsSoon = (): void => void vi.spyOn(Math, 'random').mockReturnValue(0);

describe('the telephone over JsSIP itself', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('WebSocket', FakeSocket);
    // It declines calls where there is no WebRTC.
    vi.stubGlobal('window', { RTCPeerConnection: vi.fn() });
    vi.stubGlobal('location', { protocol: 'https:', host: 'console.example' });
    FakeSocket.opened = [];
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it('opens no connection any more when it was taken elsewhere while it rang: that would put out the one that took it', async () => {
    const { phone, socket } = await ringingPhone();
    reconnectsSoon();
    socket.endWith(4409);
    expect(phone.state.get()).toEqual({ line: 'elsewhere' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.opened).toHaveLength(1);
  });

  it('opens none when it is switched off while it waits for its last answers and the connection is lost', async () => {
    const { phone, socket } = await ringingPhone();
    phone.stop();
    reconnectsSoon();
    socket.endWith(1006);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.opened).toHaveLength(1);
  });

  it('stops ringing when the connection is lost, and comes back by itself', async () => {
    const { phone, socket } = await ringingPhone();
    socket.endWith(1006);
    expect(phone.state.get()).toEqual({ line: 'lost' });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(FakeSocket.opened).toHaveLength(2);
    phone.stop();
  });

  it('rings for as long as the PBX lets it', async () => {
    const { phone, socket } = await ringingPhone();
    await vi.advanceTimersByTimeAsync(119_000);
    expect(phone.state.get().talk?.stage).toBe('rings');
    expect(socket.sent.filter((message) => message.startsWith('SIP/2.0 408'))).toEqual([]);
    phone.stop();
  });
});

// Microphone, loudspeaker and ring tone, as they were chosen on this device.
import { Store } from '../ui-bits/store';

interface SoundChoice {
  /** Ids of devices; empty for what the system uses. */
  microphone: string;
  speaker: string;
  ringer: string;
  /** Echo and noise are taken out of what the microphone hears. */
  cleaned: boolean;
}

const storageKey = 'crm.telephone.sound';
const usual: SoundChoice = { microphone: '', speaker: '', ringer: '', cleaned: true };

function kept(): SoundChoice {
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<SoundChoice>) };
  } catch {
    return usual;
  }
}

export const soundChoice = new Store<SoundChoice>(kept());

export function chooseSound(change: Partial<SoundChoice>): void {
  soundChoice.set({ ...soundChoice.get(), ...change });
  localStorage.setItem(storageKey, JSON.stringify(soundChoice.get()));
}

/** What is asked of the browser for the microphone. A chosen device that was unplugged is no reason not to talk. */
export function microphoneWanted(): MediaStreamConstraints {
  const { microphone, cleaned } = soundChoice.get();
  return {
    audio: {
      ...(microphone === '' ? {} : { deviceId: { ideal: microphone } }),
      echoCancellation: cleaned,
      noiseSuppression: cleaned,
      autoGainControl: cleaned,
    },
    video: false,
  };
}

/** Asks for the microphone once, so that the browser's question does not come while a client waits. */
export async function askForMicrophone(): Promise<boolean> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia(microphoneWanted());
    for (const track of stream.getTracks()) track.stop();
    return true;
  } catch {
    return false;
  }
}

/** Not every browser lets one choose where sound comes out. */
type Sink = { setSinkId?: (id: string) => Promise<void> } | undefined;

async function sendTo(sink: Sink, device: string): Promise<void> {
  // A device that is gone leaves the sound where it was.
  await sink?.setSinkId?.(device).catch(() => undefined);
}

const voice = typeof Audio === 'undefined' ? undefined : new Audio();

/** Lets the other side be heard. */
export async function hear(stream: MediaStream | null): Promise<void> {
  if (!voice) return;
  voice.srcObject = stream;
  if (!stream) return;
  await sendTo(voice, soundChoice.get().speaker);
  await voice.play().catch(() => undefined);
}

soundChoice.subscribe(() => void sendTo(voice, soundChoice.get().speaker));

/** Rings until the returned function is called: one second of five, as telephones here do. */
export function ring(): () => void {
  const context = new AudioContext();
  void sendTo(context as unknown as Sink, soundChoice.get().ringer);
  // Till one has clicked on the page, browsers keep it silent; then it rings from that moment.
  void context.resume().catch(() => undefined);
  const burst = (): void => {
    const volume = context.createGain();
    volume.connect(context.destination);
    const from = context.currentTime + 0.02;
    for (let part = 0; part < 10; part += 1) {
      volume.gain.setValueAtTime(part % 2 === 0 ? 0.25 : 0.1, from + part * 0.1);
    }
    for (const pitch of [660, 880]) {
      const tone = context.createOscillator();
      tone.frequency.value = pitch;
      tone.connect(volume);
      tone.start(from);
      tone.stop(from + 1);
    }
  };
  burst();
  const again = setInterval(burst, 5000);
  return () => {
    clearInterval(again);
    void context.close();
  };
}

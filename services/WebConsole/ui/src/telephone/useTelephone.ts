import i18next from 'i18next';
import { useEffect } from 'react';
import { useMay, useMe } from '../session/meContext';
import { useStore } from '../ui-bits/store';
import { toast } from '../ui-bits/toasts';
import type { Trouble } from './phone';
import { followSwitch, startTelephone, telephone, telephoneOn } from './telephone';

const tell = (trouble: Trouble): void =>
  toast({ mood: 'missed', title: i18next.t(`telephone.trouble.${trouble}.title`), text: i18next.t(`telephone.trouble.${trouble}.text`) });

/** Whether somebody may make this browser his telephone: the PBX takes browsers, he has an extension and may dial. */
export function useMayTelephone(): boolean {
  const me = useMe();
  const mayDial = useMay('calls.dial');
  // Without HTTPS, or localhost, a browser gives no microphone.
  return me.telephone && me.extension !== '' && mayDial && isSecureContext;
}

/** Telephones while somebody is signed in who has switched that on in this browser. */
export function useTelephone(signedOut: boolean): void {
  const { extension } = useMe();
  const may = useMayTelephone();
  const on = useStore(telephoneOn);
  // Another tab may switch it off meanwhile: what is being talked about here is talked about to its end.
  const talks = useStore(telephone).talk !== undefined;
  const wanted = may && (on || talks) && !signedOut;
  useEffect(() => followSwitch(extension), [extension]);
  useEffect(() => (wanted ? startTelephone(extension, tell) : undefined), [wanted, extension]);
}

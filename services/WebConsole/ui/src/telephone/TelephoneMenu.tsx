import { ActionIcon, Button, NativeSelect, Popover, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../session/meContext';
import { HeadsetIcon } from '../ui-bits/icons';
import { useStore } from '../ui-bits/store';
import { askForMicrophone, chooseSound, soundChoice } from './sound';
import css from './Telephone.module.css';
import { switchTelephone, takeHere, telephone, telephoneOn, type Telephone } from './telephone';
import { useMayTelephone } from './useTelephone';

const moods: Record<Telephone['line'], string> = {
  off: 'unanswered', otherTab: 'unanswered', connecting: 'ringing', ready: 'talking', lost: 'missed', elsewhere: 'unanswered', refused: 'missed',
};

/** Whether this browser is my telephone, and with which devices. */
export function TelephoneMenu() {
  const { t } = useTranslation();
  const may = useMayTelephone();
  const { line, talk } = useStore(telephone);
  const on = useStore(telephoneOn);
  const { extension } = useMe();
  const [refused, setRefused] = useState(false);
  if (!may) return null;

  const word = t(`telephone.line.${line}`);
  const change = async (wanted: boolean): Promise<void> => {
    const heard = !wanted || (await askForMicrophone());
    setRefused(!heard);
    if (heard) switchTelephone(extension, wanted);
  };
  return (
    <Popover position="bottom-end" width={320} withArrow trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon size="lg" aria-label={`${t('telephone.title')}: ${word}`} title={word} data-telephone={line}>
          <HeadsetIcon />
          {on && <span className={css.dot} data-mood={moods[line]} />}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <div className="column">
          <Switch label={t('telephone.use')} description={t('telephone.useHint')} checked={on} disabled={talk !== undefined}
            onChange={(event) => void change(event.currentTarget.checked)} />
          <span className="sm" role="status">{refused ? t('telephone.noMicrophone') : word}</span>
          {line === 'elsewhere' && <Button variant="default" onClick={takeHere}>{t('telephone.takeHere')}</Button>}
          {on && <Devices />}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function Devices() {
  const { t } = useTranslation();
  const chosen = useStore(soundChoice);
  const devices = useQuery({ queryKey: ['sound-devices'], queryFn: () => navigator.mediaDevices.enumerateDevices(), staleTime: 0, gcTime: 0 }).data ?? [];
  const of = (kind: MediaDeviceKind): { value: string; label: string }[] => [
    { value: '', label: t('telephone.usual') },
    ...devices.filter((d) => d.kind === kind && !['', 'default', 'communications'].includes(d.deviceId)).map((d) => ({ value: d.deviceId, label: d.label })),
  ];
  const speakers = of('audiooutput');
  return (
    <>
      <NativeSelect label={t('telephone.microphone')} data={of('audioinput')} value={chosen.microphone}
        onChange={(event) => chooseSound({ microphone: event.currentTarget.value })} />
      {speakers.length > 1 && (
        <>
          <NativeSelect label={t('telephone.speaker')} data={speakers} value={chosen.speaker}
            onChange={(event) => chooseSound({ speaker: event.currentTarget.value })} />
          <NativeSelect label={t('telephone.ringer')} data={speakers} value={chosen.ringer}
            onChange={(event) => chooseSound({ ringer: event.currentTarget.value })} />
        </>
      )}
      <Switch label={t('telephone.cleaned')} description={t('telephone.cleanedHint')} checked={chosen.cleaned}
        onChange={(event) => chooseSound({ cleaned: event.currentTarget.checked })} />
    </>
  );
}

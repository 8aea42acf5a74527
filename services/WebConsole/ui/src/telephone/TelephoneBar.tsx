import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { CloseIcon, PauseIcon, PhoneIcon, PhoneInIcon, PlayIcon, SoundIcon } from '../ui-bits/icons';
import { useNow } from '../ui-bits/now';
import { formatNumber } from '../ui-bits/phoneNumber';
import { useStore } from '../ui-bits/store';
import { clock } from '../ui-bits/times';
import { Keypad } from './Keypad';
import type { Talk } from './phone';
import { telephone, thePhone } from './telephone';
import css from './Telephone.module.css';
import { TransferForm } from './TransferForm';

const answer = (): void => thePhone()?.answer();
const hangUp = (): void => thePhone()?.hangUp();

/** What this browser's telephone does, with all that one does on a telephone. */
export function TelephoneBar() {
  const { t } = useTranslation();
  const { line, talk } = useStore(telephone);
  const place = useRef<HTMLElement>(null);
  const isShown = talk !== undefined;
  useHotkeys([['alt+Enter', answer], ['alt+End', hangUp]], []);
  // Where the card lies over the page, it leaves this in sight.
  useEffect(() => {
    const bar = place.current;
    if (!isShown || !bar) return undefined;
    const page = document.documentElement.style;
    const watcher = new ResizeObserver(() => page.setProperty('--phone-height', `${bar.offsetHeight}px`));
    watcher.observe(bar);
    return () => {
      watcher.disconnect();
      page.removeProperty('--phone-height');
    };
  }, [isShown]);

  if (!talk) return null;
  const rings = talk.stage === 'rings';
  return (
    <section ref={place} className={css.bar} data-mood={rings ? 'ringing' : 'talking'} aria-label={t('telephone.title')} data-stage={talk.stage}>
      <PhoneIcon size={20} />
      <div className="column tight grow">
        <span className="strong cut">{talk.name === '' || talk.name === talk.number ? formatNumber(talk.number) : talk.name}</span>
        <Words talk={talk} lost={line !== 'ready'} />
      </div>
      {rings && (
        <Button color="green" leftSection={<PhoneInIcon size={17} />} aria-keyshortcuts="Alt+Enter" title="Alt+Enter" onClick={answer}>
          {t('telephone.answer')}
        </Button>
      )}
      {talk.stage === 'talking' && <Controls talk={talk} />}
      <Button color="red.9" leftSection={<CloseIcon size={17} />} aria-keyshortcuts="Alt+End" title="Alt+End" onClick={hangUp}>
        {t(rings ? 'telephone.decline' : 'telephone.hangUp')}
      </Button>
    </section>
  );
}

function Words({ talk, lost }: { talk: Talk; lost: boolean }) {
  const { t } = useTranslation();
  const now = useNow();
  const said = lost ? t('telephone.lostInTalk') : talk.held ? t('telephone.held') : talk.muted ? t('telephone.muted') : t(`telephone.stage.${talk.stage}`);
  return (
    <span className="sm" role="status">
      {said}
      {talk.stage === 'talking' && <> · <span className="num" role="timer">{clock(now - talk.since)}</span></>}
    </span>
  );
}

function Controls({ talk: { held, muted } }: { talk: Talk }) {
  const { t } = useTranslation();
  return (
    <>
      <Button variant="default" aria-pressed={held} leftSection={held ? <PlayIcon size={16} /> : <PauseIcon size={16} />}
        onClick={() => thePhone()?.hold(!held)}>
        {t(held ? 'telephone.unhold' : 'telephone.hold')}
      </Button>
      <Button variant="default" aria-pressed={muted} leftSection={<SoundIcon size={16} />} onClick={() => thePhone()?.mute(!muted)}>
        {t(muted ? 'telephone.unmute' : 'telephone.mute')}
      </Button>
      <Keypad />
      <TransferForm />
    </>
  );
}

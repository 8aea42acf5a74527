import { ActionIcon, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../api/ask';
import type { Call } from '../api/words';
import { useNameOfPhone } from '../live/people';
import { useMay } from '../session/meContext';
import { DownloadIcon, PauseIcon, PlayIcon } from '../ui-bits/icons';
import { clock, durationMs } from '../ui-bits/times';
import css from './Player.module.css';
import { barsOf, bytesOf, momentsOf, type Moment } from './waveform';

const speeds = [1, 1.25, 1.5, 2];
const barCount = 96;

/** The recording of a call, or why there is none. Nothing is fetched before one listens: every listening is written down. */
export function Player({ call }: { call: Call }) {
  const { t } = useTranslation();
  const mayListen = useMay('calls.listen');
  const state = call.recording?.state ?? 'RECORDING_STATE_UNSPECIFIED';
  if (!mayListen) return null;
  if (state !== 'RECORDING_STATE_READY') {
    const silent = state === 'RECORDING_STATE_NOTHING_TO_RECORD' || (call.settled && state === 'RECORDING_STATE_UNSPECIFIED');
    return silent ? null : <p className="sm dim">{t(`player.state.${state}`)}</p>;
  }
  return <Listening call={call} />;
}

function Listening({ call }: { call: Call }) {
  const { t } = useTranslation();
  const mayExport = useMay('calls.export');
  const nameOf = useNameOfPhone();
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [position, setPosition] = useState(0);
  const [length, setLength] = useState((durationMs(call.recording?.length) ?? 0) / 1000);
  const [speed, setSpeed] = useState(1);
  const [failed, setFailed] = useState(false);
  const [opened, setOpened] = useState(false);

  const form = useQuery({
    queryKey: ['waveform', call.id],
    queryFn: ({ signal }) => ask('callcenter.recordings.v1.Recordings/GetWaveform', { callId: call.id, points: 480 }, signal),
    staleTime: Infinity,
    retry: false,
  });
  const bars = useMemo(() => barsOf(form.data ? bytesOf(form.data.peaks) : new Uint8Array(1), barCount), [form.data]);
  const moments = useMemo(() => momentsOf(call), [call]);
  const wordsOf = (moment: Moment): string => {
    const name = nameOf(moment.phone);
    return moment.kind === 'transfer' ? t('player.transfer', { name }) : moment.phone === '' ? t('player.heldByClient') : t('player.hold', { name });
  };
  const address = `/api/recordings/${encodeURIComponent(call.id)}`;

  function toggle(): void {
    const element = audio.current;
    if (!element) return;
    setFailed(false);
    setOpened(true);
    if (element.paused) element.play().catch(() => setFailed(true));
    else element.pause();
  }
  function seek(to: number): void {
    const at = Math.min(Math.max(0, to), length);
    setPosition(at);
    if (audio.current) audio.current.currentTime = at;
  }
  function keys(event: KeyboardEvent): void {
    if (event.key === ' ') toggle();
    else if (event.key === 'ArrowLeft') seek(position - 5);
    else if (event.key === 'ArrowRight') seek(position + 5);
    else return;
    event.preventDefault();
  }
  function choose(next: number): void {
    setSpeed(next);
    if (audio.current) audio.current.playbackRate = next;
  }

  return (
    <section className={css.player} aria-label={t('player.label')}>
      <audio
        ref={audio} src={address} preload="none"
        onPlay={(e) => { setPlaying(true); e.currentTarget.playbackRate = speed; }}
        onPause={() => setPlaying(false)}
        onEnded={() => setPlaying(false)}
        onTimeUpdate={(e) => setPosition(e.currentTarget.currentTime)}
        onLoadedMetadata={(e) => {
          if (Number.isFinite(e.currentTarget.duration)) setLength(e.currentTarget.duration);
          if (position > 0) e.currentTarget.currentTime = position;
        }}
        onError={() => setFailed(opened)}
      />
      <div className="row">
        <ActionIcon variant="filled" color="brand" radius="xl" size={38} onClick={toggle} aria-label={playing ? t('player.pause') : t('player.play')}>
          {playing ? <PauseIcon /> : <PlayIcon />}
        </ActionIcon>
        <div className={css.wave}>
          <svg viewBox={`0 0 ${barCount} 40`} preserveAspectRatio="none" aria-hidden="true">
            {bars.map((bar, i) => {
              const height = Math.max(1.5, bar * 38);
              const heard = length > 0 && i / barCount < position / length;
              return <rect key={i} x={i + 0.15} width={0.7} y={(40 - height) / 2} height={height} className={heard ? css.heard : css.ahead} />;
            })}
          </svg>
          {length > 0 && moments.map((moment) => (
            <span key={`${moment.kind} ${moment.atMs}`} className={moment.kind === 'hold' ? css.hold : css.transfer} title={wordsOf(moment)}
              style={{ left: `${moment.atMs / 10 / length}%`, ...(moment.kind === 'hold' ? { width: `${(moment.untilMs - moment.atMs) / 10 / length}%` } : {}) }} />
          ))}
          <input type="range" min={0} max={Math.max(1, Math.round(length))} step={1} value={Math.round(position)} className={css.range}
            aria-label={t('player.position')} aria-valuetext={`${clock(position * 1000)} / ${clock(length * 1000)}`} title={t('player.keys')}
            onChange={(e) => seek(Number(e.currentTarget.value))} onKeyDown={keys} />
        </div>
      </div>
      <div className="row wraps">
        <span className="num sm">{clock(position * 1000)} / {clock(length * 1000)}</span>
        <span className="grow" />
        <div className="row gap-s" role="group" aria-label={t('player.speed')}>
          {speeds.map((s) => (
            <Button key={s} size="compact-xs" variant={s === speed ? 'light' : 'subtle'} color={s === speed ? 'brand' : 'gray'} aria-pressed={s === speed} onClick={() => choose(s)}>
              {s}×
            </Button>
          ))}
        </div>
        {mayExport && (
          <ActionIcon component="a" href={`${address}?download=1`} download aria-label={t('player.download')} title={t('player.download')}>
            <DownloadIcon />
          </ActionIcon>
        )}
      </div>
      {moments.length > 0 && (
        <ul className="row wraps sm">
          {moments.map((moment) => (
            <li key={`${moment.kind} ${moment.atMs}`}>
              <Button size="compact-xs" variant="default" onClick={() => seek(moment.atMs / 1000)}>
                {clock(moment.atMs)} · {wordsOf(moment)}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {failed && <p className="sm" role="alert" data-mood="missed" style={{ color: 'var(--mood)' }}>{t('player.failed')}</p>}
    </section>
  );
}

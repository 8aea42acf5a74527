import css from './TimeLine.module.css';

export interface Bar {
  from: number;
  until: number;
  /** Said to those who do not see the bar, and when one points at it. */
  words: string;
  mood: string;
  /** Talks are drawn full, rings hatched. */
  kind: 'ring' | 'talk';
}

export interface Track {
  key: string;
  name: string;
  bars: Bar[];
  /** Said in place of bars: a phone that was not rung. */
  instead?: string;
}

interface TimeLineProps {
  from: number;
  until: number;
  tracks: readonly Track[];
  /** Marks under the bars. */
  label: (at: number) => string;
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600];

/** Marks at round distances from the beginning, five at most. */
export function marksOf(length: number): number[] {
  const seconds = length / 1000;
  const step = steps.find((s) => seconds / s <= 4.5) ?? Math.ceil(seconds / 4 / 3600) * 3600;
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, i) => i * step * 1000).filter((mark) => mark <= length * 0.95);
}

/** Who rang and talked when: one track for each phone. */
export function TimeLine({ from, until, tracks, label }: TimeLineProps) {
  const length = Math.max(1000, until - from);
  const at = (time: number): string => `${Math.min(100, Math.max(0, ((time - from) / length) * 100))}%`;
  return (
    <div className={css.line}>
      <ul>
        {tracks.map((track) => (
          <li key={track.key} className={css.track}>
            <span className={`cut ${css.name ?? ''}`} title={track.name}>{track.name}</span>
            <span className={css.lane}>
              {track.instead !== undefined && <span className={css.instead}>{track.instead}</span>}
              {track.bars.map((bar, i) => (
                <span
                  key={i}
                  className={css.bar}
                  data-mood={bar.mood}
                  data-kind={bar.kind}
                  style={{ left: at(bar.from), width: `max(4px, calc(${at(bar.until)} - ${at(bar.from)}))` }}
                  title={bar.words}
                >
                  <span className="sr-only">{bar.words}</span>
                </span>
              ))}
            </span>
          </li>
        ))}
      </ul>
      <div className={css.marks} aria-hidden="true">
        {marksOf(length).map((mark) => <span key={mark} style={{ left: at(from + mark) }} className="num">{label(mark)}</span>)}
      </div>
    </div>
  );
}

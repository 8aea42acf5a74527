import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { line } from '../live/connection';
import { useStore } from '../ui-bits/store';
import css from './LineState.module.css';

function Dot() {
  const { t } = useTranslation();
  const { page, telephony } = useStore(line);
  const mood = page === 'live' ? (telephony ? 'talking' : 'ringing') : page === 'lost' ? 'missed' : 'unanswered';
  const word = page === 'live' ? (telephony ? t('shell.line.live') : t('shell.line.telephony')) : t(`shell.line.${page}`);
  return (
    <Tooltip label={word} multiline maw={280}>
      <span className={css.dot} data-mood={mood} role="img" aria-label={word} data-line={page} />
    </Tooltip>
  );
}

function Banner() {
  const { t } = useTranslation();
  const { page, telephony } = useStore(line);
  const text = page === 'lost' ? t('shell.line.lost') : page === 'live' && !telephony ? t('shell.line.telephony') : undefined;
  return (
    <div className={css.place} role="status">
      {text && <div className={css.banner} data-mood={page === 'lost' ? 'missed' : 'ringing'}>{text}</div>}
    </div>
  );
}

/** Whether what is shown is alive: a dot always, a banner when it is not. */
export const LineState = { Dot, Banner };

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { queueQuery } from '../callbacks/queue';
import { useLanguage } from '../i18n/language';
import { useMay } from '../session/meContext';
import { CallbackIcon } from '../ui-bits/icons';
import { useMinute } from '../ui-bits/now';
import { ms, span } from '../ui-bits/times';
import css from './Card.module.css';

/** That this client waits for a call already, since when and why. */
export function OpenCallbacks({ number, clientId }: { number: string; clientId: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useMinute();
  const may = useMay('callbacks.read');
  const queue = useQuery({ ...queueQuery({ mine: false }), enabled: may });
  const open = queue.data?.callbacks.filter((c) => (clientId !== '' && c.clientId === clientId) || (number !== '' && c.number === number)) ?? [];
  if (open.length === 0) return null;
  return (
    <ul className="column tight">
      {open.map((callback) => (
        <li key={callback.id} className={`row sm ${css.box ?? ''}`} data-mood="missed" style={{ alignItems: 'flex-start', borderColor: 'var(--mood-strong)' }}>
          <span style={{ color: 'var(--mood)' }}><CallbackIcon /></span>
          <div className="column tight grow">
            <Link to={`/callbacks?open=${callback.id}`} className="strong">{t('card.openCallback', { time: span(now - (ms(callback.openedAt) ?? now), language) })}</Link>
            <span className="dim">
              {[callback.misses.length > 0 && t('callbacks.misses', { count: callback.misses.length }),
                callback.tries.length > 0 && t('callbacks.tries', { count: callback.tries.length })].filter(Boolean).join(' · ')}
            </span>
            {callback.note !== '' && <span className="wrap">{callback.note}</span>}
          </div>
        </li>
      ))}
    </ul>
  );
}

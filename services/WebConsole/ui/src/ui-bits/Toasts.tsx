import { ActionIcon, Button } from '@mantine/core';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CloseIcon } from './icons';
import { useStore } from './store';
import { dropToast, holdToast, letToastGo, newestOffer, takeBack, toasts, type Toast } from './toasts';
import css from './Toasts.module.css';
import { isTypedIn, isUndoKey } from './undoKey';

export function Toasts() {
  const { t } = useTranslation();
  const shown = useStore(toasts);
  const place = useRef<HTMLDivElement>(null);
  const [said, setSaid] = useState('');
  const newest = shown.findLast((one) => one.undo);
  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      if (!isUndoKey(event) || event.defaultPrevented || (event.target instanceof HTMLElement && isTypedIn(event.target))) return;
      const offer = newestOffer();
      // Behind the sign-in nothing is taken back.
      if (!offer || place.current?.closest('[inert]')) return;
      event.preventDefault();
      setSaid(t('shell.undoing', { what: offer.title }));
      takeBack(offer);
    }
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [t]);

  return (
    // Only what comes is read aloud, not all that is there anew.
    <div ref={place} className={css.stack} role="status" aria-live="polite" aria-atomic={false}>
      {shown.map((toast) => (
        <Line key={toast.id} toast={toast} byKey={toast === newest}
          undo={() => { setSaid(t('shell.undoing', { what: toast.title })); takeBack(toast); }} />
      ))}
      <span className="sr-only">{said}</span>
    </div>
  );
}

interface LineProps {
  toast: Toast;
  /** It is what Ctrl+Z takes back. */
  byKey: boolean;
  undo: () => void;
}

function Line({ toast, byKey, undo }: LineProps) {
  const { t } = useTranslation();
  const titleId = useId();
  const cameFrom = useRef<EventTarget>(null);
  // Whoever came here by the keyboard, or out of a text, goes on where he was.
  const leave = (then: () => void): void => {
    then();
    if (cameFrom.current instanceof HTMLElement) cameFrom.current.focus();
  };
  const { id, action } = toast;

  return (
    <div
      className={css.toast} data-mood={toast.mood}
      onMouseEnter={() => holdToast(id)} onMouseLeave={() => letToastGo(id)}
      onFocus={(event) => {
        holdToast(id);
        if (!event.currentTarget.contains(event.relatedTarget)) cameFrom.current = event.relatedTarget;
      }}
      onBlur={() => letToastGo(id)}
    >
      <div className="column tight grow">
        <span id={titleId} className="strong wrap">{toast.title}</span>
        {toast.text && <span className="sm wrap">{toast.text}</span>}
      </div>
      {action && (
        <Button size="compact-sm" variant="default" onClick={() => { action.run(); dropToast(id); }}>{action.label}</Button>
      )}
      {toast.undo && (
        <Button size="compact-sm" variant="default" aria-describedby={titleId} onClick={() => leave(undo)}
          {...(byKey ? { title: 'Ctrl+Z', 'aria-keyshortcuts': 'Control+Z' } : {})}>
          {t('shell.undo')}
        </Button>
      )}
      <ActionIcon aria-label={t('shell.close')} onClick={() => leave(() => dropToast(id))}><CloseIcon size={16} /></ActionIcon>
    </div>
  );
}

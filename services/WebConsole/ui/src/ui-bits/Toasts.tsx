import { ActionIcon, Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CloseIcon } from './icons';
import { useStore } from './store';
import { dropToast, toasts } from './toasts';
import css from './Toasts.module.css';

export function Toasts() {
  const { t } = useTranslation();
  const shown = useStore(toasts);
  return (
    <div className={css.stack} role="status" aria-live="polite">
      {shown.map((toast) => (
        <div key={toast.id} className={css.toast} data-mood={toast.mood}>
          <div className="column tight grow">
            <span className="strong wrap">{toast.title}</span>
            {toast.text && <span className="sm wrap">{toast.text}</span>}
          </div>
          {toast.action && (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => {
                toast.action?.run();
                dropToast(toast.id);
              }}
            >
              {toast.action.label}
            </Button>
          )}
          <ActionIcon aria-label={t('shell.close')} onClick={() => dropToast(toast.id)}>
            <CloseIcon size={16} />
          </ActionIcon>
        </div>
      ))}
    </div>
  );
}

import type { ReactNode } from 'react';

interface EmptyProps {
  icon?: ReactNode;
  title: string;
  hint?: string;
  action?: ReactNode;
}

/** An empty place says what to do first. */
export function Empty({ icon, title, hint, action }: EmptyProps) {
  return (
    <div className="column" style={{ alignItems: 'center', textAlign: 'center', padding: '36px 20px', gap: 8 }}>
      {icon && <span className="dim">{icon}</span>}
      <p className="strong">{title}</p>
      {hint && <p className="dim sm" style={{ maxWidth: 420 }}>{hint}</p>}
      {action}
    </div>
  );
}

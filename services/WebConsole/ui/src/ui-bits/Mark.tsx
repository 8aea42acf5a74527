import type { ReactNode } from 'react';

interface MarkProps {
  mood: string;
  children: ReactNode;
}

/** A word in the colour of its meaning; the word itself always says it, too. */
export function Mark({ mood, children }: MarkProps) {
  return (
    <span className="mark" data-mood={mood}>
      {children}
    </span>
  );
}

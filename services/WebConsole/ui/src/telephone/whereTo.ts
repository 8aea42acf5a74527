import { numberTyped } from '../ui-bits/phoneNumber';

/** What to dial for a colleague that was chosen ("Name · 102"), an extension or a number that was typed; undefined for neither. */
export function whereTo(typed: string): string | undefined {
  const text = typed.trim();
  const extension = /^(?:.* · )?(\d{2,6})$/.exec(text);
  return extension?.[1] ?? numberTyped(text);
}

// Ctrl+Z in whatever layout: in a Russian one the same key says "я".

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'repeat'>;

const latin = /^[a-z]$/i;

export function isUndoKey({ key, code, ctrlKey, metaKey, altKey, shiftKey, repeat }: Pressed): boolean {
  if (!(ctrlKey || metaKey) || altKey || shiftKey || repeat) return false;
  return latin.test(key) ? key.toLowerCase() === 'z' : code === 'KeyZ';
}

interface Element {
  tagName: string;
  type?: string;
  readOnly?: boolean;
  isContentEditable?: boolean;
}

const withoutText = new Set(['button', 'checkbox', 'color', 'file', 'image', 'radio', 'range', 'reset', 'submit']);

/** Whether something is typed in: there Ctrl+Z is the browser's own. */
export function isTypedIn({ tagName, type = 'text', readOnly = false, isContentEditable = false }: Element): boolean {
  if (isContentEditable) return true;
  if (readOnly) return false;
  return tagName === 'TEXTAREA' || (tagName === 'INPUT' && !withoutText.has(type));
}

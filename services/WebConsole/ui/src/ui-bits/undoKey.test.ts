import { describe, expect, it } from 'vitest';
import { isTypedIn, isUndoKey } from './undoKey';

const pressed = (key: string, code: string, more = {}) =>
  isUndoKey({ key, code, ctrlKey: true, metaKey: false, altKey: false, shiftKey: false, repeat: false, ...more });

describe('the key that takes back', () => {
  it('is Ctrl+Z, in a Russian layout too', () => {
    expect(pressed('z', 'KeyZ')).toBe(true);
    expect(pressed('Z', 'KeyZ')).toBe(true);
    expect(pressed('я', 'KeyZ')).toBe(true);
  });
  it('is where a Latin layout has its Z', () => {
    expect(pressed('z', 'KeyY')).toBe(true);
    expect(pressed('y', 'KeyZ')).toBe(false);
  });
  it('is ⌘Z as well', () => expect(pressed('z', 'KeyZ', { ctrlKey: false, metaKey: true })).toBe(true));
  it('is nothing else', () => {
    expect(pressed('z', 'KeyZ', { ctrlKey: false })).toBe(false);
    expect(pressed('Z', 'KeyZ', { shiftKey: true })).toBe(false);
    expect(pressed('z', 'KeyZ', { altKey: true })).toBe(false);
  });
  it('takes back once, however long it is held', () => expect(pressed('z', 'KeyZ', { repeat: true })).toBe(false));
});

describe('what is typed in', () => {
  it('keeps the browser’s own undo', () => {
    expect(isTypedIn({ tagName: 'TEXTAREA' })).toBe(true);
    expect(isTypedIn({ tagName: 'INPUT', type: 'search' })).toBe(true);
    expect(isTypedIn({ tagName: 'DIV', isContentEditable: true })).toBe(true);
  });
  it('is no button, no box to tick, and no list to choose from', () => {
    expect(isTypedIn({ tagName: 'BUTTON', type: 'submit' })).toBe(false);
    expect(isTypedIn({ tagName: 'INPUT', type: 'radio' })).toBe(false);
    expect(isTypedIn({ tagName: 'INPUT', type: 'text', readOnly: true })).toBe(false);
    expect(isTypedIn({ tagName: 'BODY' })).toBe(false);
  });
});

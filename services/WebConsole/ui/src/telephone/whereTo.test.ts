import { describe, expect, it } from 'vitest';
import { whereTo } from './whereTo';

describe('where a talk is sent on to', () => {
  it('is a colleague, an extension, or a number as people write it', () => {
    expect(whereTo('Ольга Белова · 102')).toBe('102');
    expect(whereTo(' 2013 ')).toBe('2013');
    expect(whereTo('8 916 123-45-67')).toBe('79161234567');
  });
  it('is nothing while it is half typed', () => {
    for (const text of ['', 'Ольга', '1', '8 916 12', 'Ольга 102']) expect(whereTo(text)).toBeUndefined();
  });
});

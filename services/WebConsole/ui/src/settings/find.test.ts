import { describe, expect, it } from 'vitest';
import { formatNumber } from '../ui-bits/phoneNumber';
import { isFound } from './find';

describe('an employee is found', () => {
  const found = (query: string) => isFound(query, ['Семён Королёв', 'semyon', 'Продажи'], ['117', '79161234567']);
  it.each(['', 'корол', 'КОРОЛЕВ', 'semy', 'прод', '117', '916 123-45', '8 (916) 123-45-67'])('by “%s”', (query) => expect(found(query)).toBe(true));
  it.each(['соколов', '118', '+'])('not by “%s”', (query) => expect(found(query)).toBe(false));
  it('by no digits when he has no phone', () => expect(isFound('1', ['Семён Королёв'], ['', ''])).toBe(false));
});

describe('a rule is found', () => {
  const found = (query: string) => isFound(query, ['Основное', 'Москва'], ['74951000001']);
  it.each(['основ', 'москва', formatNumber('74951000001'), '8 495 100-00-01', '100-00'])('by “%s”', (query) => expect(found(query)).toBe(true));
  it.each(['казань', '+7 (495) 100-00-02'])('not by “%s”', (query) => expect(found(query)).toBe(false));
});

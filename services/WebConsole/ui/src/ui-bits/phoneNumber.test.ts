import { describe, expect, it } from 'vitest';
import { formatNumber, numberTyped } from './phoneNumber';

describe('formatNumber', () => {
  it('writes a Russian number as people do', () => expect(formatNumber('79161234567')).toBe('+7 (916) 123-45-67'));
  it('leaves an extension alone', () => expect(formatNumber('101')).toBe('101'));
  it('groups a number of another country behind a plus', () => expect(formatNumber('375291234567')).toBe('+375 291 234 567'));
  it('leaves what is no number alone', () => expect(formatNumber('anonymous')).toBe('anonymous'));
  it('leaves nothing as nothing', () => expect(formatNumber('')).toBe(''));
});

describe('numberTyped', () => {
  it.each([
    ['8 916 123-45-67', '79161234567'],
    ['+7 (916) 123-45-67', '79161234567'],
    ['916 1234567', '79161234567'],
    ['+375 29 123-45-67', '375291234567'],
  ])('understands %s', (typed, number) => expect(numberTyped(typed)).toBe(number));
  it('takes no name for a number', () => expect(numberTyped('Ромашка 2000')).toBeUndefined());
  it('takes no part of a number for a whole one', () => expect(numberTyped('123-45')).toBeUndefined());
});

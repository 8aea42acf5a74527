import { describe, expect, it } from 'vitest';
import { en } from './en';
import { ru } from './ru';

function keysOf(texts: object, path = ''): string[] {
  return Object.entries(texts).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? keysOf(value, `${path}${key}.`) : [`${path}${key}`],
  );
}

describe('texts', () => {
  it('are there in both languages, with the plurals that each has', () => {
    const russian = keysOf(ru).filter((key) => !/_(few|many)$/.test(key));
    expect(keysOf(en).sort()).toEqual(russian.sort());
  });
  it('have all four Russian plurals', () => {
    const keys = new Set(keysOf(ru));
    for (const key of keys) {
      if (!key.endsWith('_one')) continue;
      for (const form of ['few', 'many', 'other']) expect(keys).toContain(key.replace(/one$/, form));
    }
  });
  it('name the same values', () => {
    const values = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1] ?? '').sort();
    const walk = (a: object, b: object): void => {
      for (const [key, value] of Object.entries(a) as [string, unknown][]) {
        const other = (b as Record<string, unknown>)[key];
        if (typeof value === 'string' && typeof other === 'string') expect(values(other), key).toEqual(values(value));
        else if (typeof value === 'object' && value && typeof other === 'object' && other) walk(value, other);
      }
    };
    walk(ru, en);
  });
});

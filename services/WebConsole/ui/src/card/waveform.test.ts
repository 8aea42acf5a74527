import { describe, expect, it } from 'vitest';
import { barsOf, bytesOf, momentsOf, placeOf } from './waveform';

describe('wave form', () => {
  it('reads the bytes', () => expect([...bytesOf('AID/')]).toEqual([0, 128, 255]));
  it('keeps the loudest of each stretch', () => expect(barsOf(Uint8Array.of(10, 100, 20, 50), 2)).toEqual([1, 0.5]));
  it('stretches what is shorter than its place', () => expect(barsOf(Uint8Array.of(5, 10), 4)).toEqual([0.5, 0.5, 1, 1]));
  it('draws silence as nothing', () => expect(barsOf(new Uint8Array(4), 2)).toEqual([0, 0]));
});

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 5, 9, 0, seconds)).toISOString();

describe('moments of a recording', () => {
  const recorded = [{ from: at(10), until: at(30) }, { from: at(40), until: at(60) }];

  it('are behind all that was recorded before', () => {
    expect(placeOf(recorded, Date.parse(at(15)))).toBe(5000);
    expect(placeOf(recorded, Date.parse(at(45)))).toBe(25_000);
  });
  it('are at its end when they fell into a pause, and at the ends of the whole outside of it', () => {
    expect(placeOf(recorded, Date.parse(at(35)))).toBe(20_000);
    expect(placeOf(recorded, Date.parse(at(5)))).toBe(0);
    expect(placeOf(recorded, Infinity)).toBe(40_000);
  });
  it('are those at which another one goes on, and the holds, in order', () =>
    expect(momentsOf({
      talks: [{ phone: '101', from: at(10), until: at(30) }, { phone: '101', from: at(40), until: at(45) }, { phone: '102', from: at(50) }],
      holds: { holds: [{ phone: '101', from: at(20), until: at(25) }] },
      recorded,
    })).toEqual([
      { kind: 'hold', atMs: 10_000, untilMs: 15_000, phone: '101' },
      { kind: 'transfer', atMs: 30_000, untilMs: 30_000, phone: '102' },
    ]));
  it('are none where nobody talked, or nothing is known of holds', () => expect(momentsOf({ talks: [], recorded: [] })).toEqual([]));
});

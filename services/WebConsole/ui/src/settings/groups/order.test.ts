import { describe, expect, it } from 'vitest';
import { isOvertaken, membersOf, placesFor, placesIn, swapped } from './order';

const employee = (id: string, position?: number, more: object = {}) => ({
  id, version: '1', extension: id, dismissed: false, ringGroups: [{ groupId: 'other', position: 7 }, ...(position === undefined ? [] : [{ groupId: 'g', position }])], ...more,
});
const everybody = [employee('103', 2), employee('101', 2), employee('102', 1), employee('104'), employee('105', 1, { dismissed: true })];

describe('the order of a group', () => {
  it('is by position, then by extension, without those dismissed', () => expect(membersOf('g', everybody).map((e) => e.id)).toEqual(['102', '101', '103']));

  it('changes only the places that must, and leaves other groups alone', () => {
    const changes = placesFor('g', ['102', '103', '101', '104'], everybody);
    expect(changes.map((c) => [c.employee.id, c.ringGroups])).toEqual([
      ['101', [{ groupId: 'other', position: 7 }, { groupId: 'g', position: 3 }]],
      ['104', [{ groupId: 'other', position: 7 }, { groupId: 'g', position: 4 }]],
    ]);
  });

  it('takes the place of whoever is no longer in it', () =>
    expect(placesFor('g', ['102', '103'], everybody).map((c) => [c.employee.id, c.ringGroups])).toEqual([['101', [{ groupId: 'other', position: 7 }]]]));

  it('moves one step and not over the ends', () => {
    expect(swapped(['a', 'b', 'c'], 1, -1)).toEqual(['b', 'a', 'c']);
    expect(swapped(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
    expect(swapped(['a', 'b'], 1, 1)).toEqual(['a', 'b']);
  });

  it('is overtaken when somebody else changed it since the typing began', () => {
    const before = placesIn('g', [employee('101', 1), employee('102', 2), employee('103', 3)]);
    const wanted = ['102', '101', '103'];
    const now = (...members: ReturnType<typeof employee>[]) => isOvertaken(before, placesIn('g', members), wanted);
    expect(now(employee('101', 1), employee('102', 2), employee('103', 3))).toBe(false);
    expect(now(employee('101', 3), employee('102', 2), employee('103', 1))).toBe(true);
    expect(now(employee('101', 1), employee('102', 2))).toBe(true);
    expect(now(employee('101', 1), employee('102', 2), employee('103', 3), employee('104', 4))).toBe(true);
    expect(now(employee('101', 1), employee('102', 2), employee('103', 3, { dismissed: true }))).toBe(true);
  });

  it('is not overtaken by the part of it that was saved before a refusal', () => {
    const before = placesIn('g', [employee('101', 1), employee('102', 2)]);
    expect(isOvertaken(before, placesIn('g', [employee('101', 2), employee('102', 2)]), ['102', '101'])).toBe(false);
  });
});

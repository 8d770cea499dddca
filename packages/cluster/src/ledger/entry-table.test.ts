import { beforeEach, describe, expect, it } from '@jest/globals';
import { measureSurvivors, type Visitor } from '@turnpike/core/testing';
import { EntryTable } from './entry-table.ts';

describe('EntryTable', () => {
  let table: EntryTable<number>;
  beforeEach(() => {
    table = new EntryTable();
  });

  it('is what a Map is, whatever comes and goes', () => {
    const map = new Map<string, number>();
    let seed = 7;
    const next = (below: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let step = 0; step < 20_000; step += 1) {
      const id = `request-${next(3000)}`;
      if (next(5) < 2) {
        expect(table.delete(id)).toBe(map.get(id));
        map.delete(id);
      } else {
        table.set(id, step);
        map.set(id, step);
      }
      expect(table.size).toBe(map.size);
    }
    expect(map.size).toBeGreaterThan(1000);
    for (let id = 0; id < 3000; id += 1)
      expect(table.get(`request-${id}`)).toBe(map.get(`request-${id}`));
    expect(table.values().sort()).toEqual([...map.values()].sort());
  });

  it('tells ids apart that end alike', () => {
    table.set('a-000000', 1);
    table.set('b-000000', 2);
    table.set('', 3);
    expect(table.delete('a-000000')).toBe(1);
    expect([table.get('a-000000'), table.get('b-000000'), table.get('')]).toEqual([
      undefined,
      2,
      3,
    ]);
  });

  it('lists what is there now, though it goes meanwhile', () => {
    for (let id = 0; id < 1000; id += 1) table.set(String(id), id);
    const values = table.values();
    for (const value of values) table.delete(String(value));
    expect(values).toHaveLength(1000);
    expect(table.size).toBe(0);
  });

  it('leaves nothing that was removed to the slow collections of garbage', () => {
    const visitors = new EntryTable<Visitor>();
    const survivors = measureSurvivors({
      add: (visitor) => visitors.set(visitor.name, visitor),
      remove: (visitor) => visitors.delete(visitor.name),
    });
    expect(survivors).toBeLessThan(0.5);
  });
});

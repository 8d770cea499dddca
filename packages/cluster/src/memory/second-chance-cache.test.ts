import { describe, expect, it } from '@jest/globals';
import { SecondChanceCache } from './second-chance-cache.ts';

const until = 1000;

/** The names that are still there. Looking uses them, so it is the last thing a test does. */
const left = (cache: SecondChanceCache<string>, names: string): string =>
  Array.from(names)
    .filter((name) => cache.get(name, 0) !== undefined)
    .join('');

describe('SecondChanceCache', () => {
  it('drops what was used least recently when it is full', () => {
    const cache = new SecondChanceCache<string>(2);
    for (const name of 'ab') cache.set(name, name, { until });
    cache.get('a', 0);
    cache.set('c', 'c', { until });
    expect(left(cache, 'abc')).toBe('ac');
    expect(cache.size).toBe(2);
  });

  it('drops the one that came first when all were used, and then the one that came next', () => {
    const cache = new SecondChanceCache<string>(3);
    for (const name of 'abc') {
      cache.set(name, name, { until });
      cache.get(name, 0);
    }
    cache.set('d', 'd', { until });
    // Nobody used the others since they were passed over.
    cache.set('e', 'e', { until });
    expect(left(cache, 'abcde')).toBe('cde');
  });

  it('makes as much room as a heavy value needs, and no more', () => {
    const cache = new SecondChanceCache<string>(10);
    for (const name of 'abcde') cache.set(name, name, { until, weight: 2 });
    cache.get('b', 0);
    cache.set('x', 'x', { until, weight: 5 });
    // Room for 5 of 10: three of the five go, and the one that was used is not among them.
    expect(left(cache, 'abcdex')).toBe('bex');
  });

  it('keeps nothing that weighs more than all may, and not what had its name either', () => {
    const cache = new SecondChanceCache<string>(10);
    cache.set('a', 'old', { until, weight: 1 });
    cache.set('b', 'b', { until, weight: 1 });
    cache.set('a', 'new', { until, weight: 11 });
    expect(left(cache, 'ab')).toBe('b');
  });

  it('weighs a value that took another one’s place once', () => {
    const cache = new SecondChanceCache<string>(10);
    for (let times = 0; times < 5; times += 1) cache.set('a', 'a', { until, weight: 6 });
    cache.set('b', 'b', { until, weight: 4 });
    expect(left(cache, 'ab')).toBe('ab');
  });

  it('keeps a value no longer than it may', () => {
    const cache = new SecondChanceCache<string>(2);
    cache.set('a', 'a', { until });
    expect(cache.get('a', 999)).toBe('a');
    expect(cache.get('a', 1000)).toBeUndefined();
    expect(cache.size).toBe(0);
  });

  it('tells of each value that goes, once, whatever the reason', () => {
    const gone: string[] = [];
    const cache = new SecondChanceCache<string>(2, (name, value) => gone.push(name + value));
    cache.set('a', '1', { until });
    cache.set('a', '2', { until }); // replaced
    cache.set('b', '1', { until: 5 });
    cache.get('b', 5); // too old
    cache.set('c', '1', { until });
    cache.set('d', '1', { until }); // too many
    cache.delete('c');
    cache.delete('c');
    cache.clear();
    expect(gone).toEqual(['a1', 'b1', 'a2', 'c1', 'd1']);
  });
});

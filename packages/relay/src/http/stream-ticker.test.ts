import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { measureSurvivors, type Visitor } from '@turnpike/core/testing';
import { StreamTicker, TICK_MS, type Ticking } from './stream-ticker.ts';

class Member implements Ticking {
  tickPrevious: Ticking | undefined;
  tickNext: Ticking | undefined;
  ticks = 0;
  readonly #onTicked: (() => void) | undefined;

  constructor(onTicked?: () => void) {
    this.#onTicked = onTicked;
  }

  onTick(): void {
    this.ticks += 1;
    this.#onTicked?.();
  }
}

/** A member that somebody waits for. */
type Carrier = Visitor & { member: Member };

describe('StreamTicker', () => {
  let ticker: StreamTicker;
  beforeEach(() => {
    jest.useFakeTimers({ now: 1_000_000 });
    ticker = new StreamTicker();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  function addMembers(count: number): Member[] {
    const members = Array.from({ length: count }, () => new Member());
    for (const member of members) ticker.add(member);
    return members;
  }

  function ticksOf(members: readonly Member[]): number[] {
    return members.map(({ ticks }) => ticks);
  }

  it('tells the time to each member, and to nobody who left', () => {
    const members = addMembers(4);
    ticker.remove(members[1]!);
    jest.advanceTimersByTime(TICK_MS);
    expect(ticksOf(members)).toEqual([1, 0, 1, 1]);
    expect(ticker.now).toBe(1_000_000 + TICK_MS);

    ticker.remove(members[3]!);
    ticker.add(members[1]!);
    jest.advanceTimersByTime(TICK_MS);
    expect(ticksOf(members)).toEqual([2, 1, 2, 1]);
  });

  it('tells those first who came first', () => {
    const told: string[] = [];
    const add = (name: string): Member => {
      const member = new Member(() => told.push(name));
      ticker.add(member);
      return member;
    };
    const [, b] = [add('a'), add('b'), add('c'), add('d')] as const;
    ticker.remove(b);
    add('e');
    ticker.add(b);
    jest.advanceTimersByTime(TICK_MS);
    expect(told).toEqual(['a', 'c', 'd', 'e', 'b']);
  });

  it('knows a member once, however often it comes and goes', () => {
    const [member] = addMembers(1) as [Member];
    ticker.add(member);
    jest.advanceTimersByTime(TICK_MS);
    expect(member.ticks).toBe(1);
    ticker.remove(member);
    ticker.remove(member);
    const others = addMembers(2);
    jest.advanceTimersByTime(TICK_MS);
    expect(ticksOf([member, ...others])).toEqual([1, 1, 1]);
  });

  it('leaves nobody out when members leave while it tells the time', () => {
    const members: Member[] = [];
    for (let at = 0; at < 6; at += 1)
      members.push(
        new Member(() => {
          for (const gone of [at, (at + 2) % 6, (at + 4) % 6]) ticker.remove(members[gone]!);
        }),
      );
    for (const member of members) ticker.add(member);
    jest.advanceTimersByTime(TICK_MS);
    // The first sends away itself and two that were not told yet; so does the second.
    expect(ticksOf(members)).toEqual([1, 1, 0, 0, 0, 0]);
    jest.advanceTimersByTime(TICK_MS);
    expect(ticksOf(members)).toEqual([1, 1, 0, 0, 0, 0]);
  });

  it('runs only while somebody is there, and starts anew', () => {
    const [member] = addMembers(1) as [Member];
    expect(jest.getTimerCount()).toBe(1);
    ticker.remove(member);
    jest.advanceTimersByTime(TICK_MS);
    expect(jest.getTimerCount()).toBe(0);
    ticker.add(member);
    jest.advanceTimersByTime(TICK_MS);
    expect(member.ticks).toBe(1);
  });

  it('leaves nobody who left to the slow collections of garbage', () => {
    const survivors = measureSurvivors({
      add: (visitor) => {
        const member = Object.assign(new Member(), { visitor });
        (visitor as Carrier).member = member;
        ticker.add(member);
      },
      remove: (visitor) => ticker.remove((visitor as Carrier).member),
    });
    expect(survivors).toBeLessThan(0.5);
  });
});

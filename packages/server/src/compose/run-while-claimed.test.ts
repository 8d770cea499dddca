import { beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { runWhileClaimed } from './run-while-claimed.ts';

/** A claim that tests change. */
class SwitchedClaim {
  isHeld = true;
  #handlers: ((isHeld: boolean) => void)[] = [];

  onChange(handler: (isHeld: boolean) => void): void {
    this.#handlers.push(handler);
  }

  set(isHeld: boolean): void {
    this.isHeld = isHeld;
    for (const handler of this.#handlers) handler(isHeld);
  }
}

let claim: SwitchedClaim;
let steps: string[];
let failures: number;
beforeEach(() => {
  claim = new SwitchedClaim();
  steps = [];
  failures = 0;
});

const run = () =>
  runWhileClaimed(
    claim,
    async () => {
      await Promise.resolve();
      steps.push('start');
      if (failures > 0) {
        failures -= 1;
        throw new Error('Redis does not answer');
      }
      return {
        async stop() {
          await Promise.resolve();
          steps.push('stop');
        },
      };
    },
    silentLogger,
  );

describe('what runs while Redis belongs to the database of its node', () => {
  it('runs at once, stops when it is another’s, runs again when it is back, and stops with the process', async () => {
    const running = await run();
    expect(steps).toEqual(['start']);
    claim.set(false);
    await waitUntil(() => steps.length === 2);
    claim.set(true);
    await waitUntil(() => steps.length === 3);
    await running.stop();
    claim.set(false);
    claim.set(true);
    expect(steps).toEqual(['start', 'stop', 'start', 'stop']);
  });

  it('waits where it is not there yet', async () => {
    claim.isHeld = false;
    const running = await run();
    expect(steps).toEqual([]);
    claim.set(true);
    await waitUntil(() => steps.length === 1);
    await running.stop();
    expect(steps).toEqual(['start', 'stop']);
  });

  it('never runs twice, and ends as it should, however quickly that changes', async () => {
    const running = await run();
    for (const isHeld of [false, true, false, true, false]) claim.set(isHeld);
    await waitUntil(() => steps.at(-1) === 'stop');
    for (const isHeld of [true, false, true]) claim.set(isHeld);
    await waitUntil(() => steps.at(-1) === 'start');
    expect(steps.join(' ')).toMatch(/^(?:start stop )+start$/);
    await running.stop();
  });

  it('fails where it cannot be started at first; later it is tried again', async () => {
    failures = 1;
    await expect(run()).rejects.toThrow('Redis does not answer');

    const running = await run();
    claim.set(false);
    await waitUntil(() => steps.at(-1) === 'stop');
    failures = 1;
    claim.set(true);
    await waitUntil(() => steps.length === 5);
    expect(steps.slice(-2)).toEqual(['start', 'start']);
    await running.stop();
    expect(steps.at(-1)).toBe('stop');
  });
});

import { describe, expect, it } from '@jest/globals';
import { silentLogger, systemClock, type Chore } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { describeChores, failure, makeFailed } from './chores.contract.ts';
import { createInProcessChores } from './in-process-chores.ts';

const open = () => createInProcessChores({ clock: systemClock, logger: silentLogger });

describeChores('in process', () => {
  const chores = open();
  return Promise.resolve({
    chores,
    untilWaiting: () => Promise.resolve(), // they wait from the moment they are asked
    close: () => chores.close(),
  });
});

describe('chores in process', () => {
  it('are all done before the end, with one more attempt for what failed', async () => {
    const chores = open();
    const done: Chore[] = [];
    let attempts = 0;
    const { stop } = await chores.work((chore) => {
      if (chore.kind === 'channel-failure' && (attempts += 1) < 2)
        return Promise.reject(new Error('not yet'));
      return Promise.resolve(void done.push(chore));
    });
    chores.ask(failure);
    await waitUntil(() => attempts === 1);
    for (let n = 0; n < 20; n += 1) chores.ask(makeFailed(`r${n}`));
    await stop();
    expect(done).toHaveLength(21);
    expect(done).toContainEqual(failure);
  });

  it('give up what fails for good, and drop what nobody can read any more', async () => {
    const chores = open();
    for (let n = 0; n < 200; n += 1) chores.ask(makeFailed(`r${n}`));
    chores.ask(failure);
    const done: Chore[] = [];
    const { stop } = await chores.work((chore) => {
      done.push(chore);
      return Promise.reject(new Error('never'));
    });
    await stop();
    expect(done.filter((chore) => chore === failure).length).toBeGreaterThan(0);
    const ids = new Set(done.map((chore) => JSON.stringify(chore)));
    expect(ids.size).toBe(51);
  });
});

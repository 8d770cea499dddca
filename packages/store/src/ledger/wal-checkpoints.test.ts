import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { WalCheckpoints } from './wal-checkpoints.ts';

/** Checkpoints that end when the test says so. */
function createCheckpoints() {
  const running: { resolve(): void; reject(error: Error): void }[] = [];
  const checkpoints = new WalCheckpoints(
    () =>
      new Promise<void>((resolve, reject) => {
        running.push({ resolve, reject });
      }),
  );
  return { checkpoints, running };
}

function fillLog(checkpoints: WalCheckpoints): void {
  for (let commits = 0; commits < 250; commits += 1) checkpoints.noteCommit(1);
}

describe('WalCheckpoints', () => {
  it('lets commits go on during the first pass, and has them wait for the second', async () => {
    const { checkpoints, running } = createCheckpoints();
    fillLog(checkpoints);
    expect(running).toHaveLength(1);
    expect(checkpoints.pause).toBeUndefined();

    running[0]?.resolve();
    await turn();
    expect(running).toHaveLength(2);
    expect(checkpoints.pause).toBeInstanceOf(Promise);

    running[1]?.resolve();
    await turn();
    expect(checkpoints.pause).toBeUndefined();
    expect(running).toHaveLength(2);
  });

  it('goes on after a checkpoint that failed, in either pass', async () => {
    const { checkpoints, running } = createCheckpoints();
    fillLog(checkpoints);
    running[0]?.reject(new Error('the reading thread ended'));
    await turn();
    expect(checkpoints.pause).toBeUndefined();

    fillLog(checkpoints);
    running[1]?.resolve();
    await turn();
    running[2]?.reject(new Error('the reading thread ended'));
    await turn();
    expect(checkpoints.pause).toBeUndefined();
    expect(running).toHaveLength(3);
  });

  it('leaves a short log alone', () => {
    const { checkpoints, running } = createCheckpoints();
    for (let commits = 0; commits < 100; commits += 1) checkpoints.noteCommit(1);
    expect(running).toHaveLength(0);
  });
});

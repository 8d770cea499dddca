import { describe, expect, it } from '@jest/globals';
import { silentLogger, type ConfigSnapshot } from '@turnpike/core';
import { createConfigPublisher } from './publish-config.ts';

function openPublisher() {
  const state = { version: 1, reads: 0, isAway: false, refusals: 0 };
  const published: number[] = [];
  let latest: ConfigSnapshot | undefined;
  const publisher = createConfigPublisher({
    logger: silentLogger,
    configRepository: {
      async readSnapshot() {
        state.reads += 1;
        const { version } = state;
        await new Promise(setImmediate);
        if (state.isAway) throw new Error('database away');
        return { version, channels: [], options: {} };
      },
      readVersion: async () => state.version,
      async raiseVersion(version) {
        state.version = Math.max(state.version, version + 1);
      },
    },
    configBus: {
      async publishSnapshot(snapshot) {
        if (state.refusals > 0) {
          state.refusals -= 1;
          throw new Error('no answer in time');
        }
        latest = snapshot;
        published.push(snapshot.version);
      },
      latestSnapshot: async () => latest,
      announceAccounts: async () => undefined,
      subscribe: () => () => undefined,
    },
  });
  return { publisher, state, published };
}

describe('the config publisher', () => {
  it('has published a change when publish resolves, even while a run was under way', async () => {
    const { publisher, state, published } = openPublisher();
    const first = publisher.publish();
    state.version = 2; // committed after the first run had read
    await publisher.publish();

    expect(published).toEqual([1, 2]);
    await first;
  });

  it('shares one run among all changes that wait', async () => {
    const { publisher, state } = openPublisher();
    await Promise.all(Array.from({ length: 100 }, () => publisher.publish()));

    expect(state.reads).toBe(2);
  });

  it('tells every caller whose change could not be published, and goes on afterwards', async () => {
    const { publisher, state, published } = openPublisher();
    state.isAway = true;
    const runs = await Promise.allSettled([publisher.publish(), publisher.publish()]);
    expect(runs).toMatchObject([
      { reason: { code: 'saved_not_published' } },
      { reason: { code: 'saved_not_published' } },
    ]);
    state.isAway = false;
    await publisher.publish();

    expect(published).toEqual([1]);
  });

  it.each([
    [2, 'published'],
    [3, 'saved_not_published'],
  ])('is not put off by a slow moment: %i refusals, %s', async (refusals, outcome) => {
    const { publisher, state } = openPublisher();
    state.refusals = refusals;
    const told = await publisher
      .publish()
      .then(() => 'published')
      .catch((error: unknown) => (error as { code: string }).code);

    expect(told).toBe(outcome);
  });

  it('publishes again only what is newer than the published one', async () => {
    const { publisher, state, published } = openPublisher();
    await publisher.publishIfNewer();
    await publisher.publishIfNewer();
    state.version = 5;
    await publisher.publishIfNewer();

    expect(published).toEqual([1, 5]);
  });

  it('publishes what a database says that was restored to an earlier moment', async () => {
    const { publisher, state, published } = openPublisher();
    state.version = 9;
    await publisher.publishIfNewer();
    state.version = 4;
    await publisher.publishIfNewer();

    expect(published).toEqual([9, 10]);
  });

  it('is idle when no run is under way', async () => {
    const { publisher, published } = openPublisher();
    void publisher.publish();
    void publisher.publish();
    await publisher.idle();

    expect(published).toHaveLength(2);
  });
});

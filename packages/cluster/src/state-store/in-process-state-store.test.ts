import { describe, expect, it } from '@jest/globals';
import { createInProcessStateStore } from './in-process-state-store.ts';
import { describeStateStore } from './state-store.contract.ts';

describeStateStore('in process', () =>
  Promise.resolve({
    open: (maxBytes) => createInProcessStateStore({ clock: { now: () => Date.now() }, maxBytes }),
    close: () => Promise.resolve(),
  }),
);

describe('StateStore (in process)', () => {
  it('forgets after a day', async () => {
    let now = 1_790_000_000_000;
    const store = createInProcessStateStore({ clock: { now: () => now } });
    store.put(1, 'call', [{ family: 'anthropic', kind: 'signature', value: 'x' }]);
    expect((await store.find(1, ['call'])).size).toBe(1);
    now += 24 * 60 * 60 * 1000;
    expect((await store.find(1, ['call'])).size).toBe(0);
  });
});

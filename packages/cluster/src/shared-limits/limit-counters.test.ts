import { LimitCounters } from './limit-counters.ts';
import { describeSharedLimits } from './shared-limits.contract.ts';

describeSharedLimits('in process', () =>
  Promise.resolve({
    sharedLimits: new LimitCounters({ clock: { now: () => 1_790_000_000_000 } }),
    exchange: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }),
);

import { LimitCounters } from './limit-counters.ts';
import { describeTrafficLimits } from './traffic-limits.contract.ts';

describeTrafficLimits('in process', () =>
  Promise.resolve({
    trafficLimits: new LimitCounters({ clock: { now: () => 1_790_000_000_000 } }),
    exchange: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }),
);

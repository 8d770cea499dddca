import { createInProcessRateLimiter } from './in-process-rate-limiter.ts';
import { describeRateLimiter } from './rate-limiter.contract.ts';

describeRateLimiter('in process', () => {
  let now = 1_790_000_000_000;
  return Promise.resolve({
    rateLimiter: createInProcessRateLimiter({ clock: { now: () => now } }),
    pass(milliseconds) {
      now += milliseconds;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
});

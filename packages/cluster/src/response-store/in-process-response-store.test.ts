import { createInProcessResponseStore } from './in-process-response-store.ts';
import { describeResponseStore } from './response-store.contract.ts';

describeResponseStore('in process', () =>
  Promise.resolve({
    open: (limits, now) =>
      Promise.resolve(createInProcessResponseStore({ ...limits, clock: { now } })),
    close: () => Promise.resolve(),
  }),
);

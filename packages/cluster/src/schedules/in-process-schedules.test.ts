import { silentLogger } from '@turnpike/core';
import { createInProcessSchedules } from './in-process-schedules.ts';
import { describeSchedules } from './schedules.contract.ts';

describeSchedules('in process', () =>
  Promise.resolve({
    schedules: createInProcessSchedules({ logger: silentLogger }),
    close: () => Promise.resolve(),
  }),
);

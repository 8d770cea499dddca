import { describeConfigBus } from './config-bus.contract.ts';
import { createInProcessConfigBus } from './in-process-config-bus.ts';

describeConfigBus('in process', () =>
  Promise.resolve({ bus: createInProcessConfigBus(), close: () => Promise.resolve() }),
);

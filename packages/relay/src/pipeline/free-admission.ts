import type { Admission } from './admit.ts';

/** For what is never charged: channel tests, token counts. Nothing is reserved. */
export const freeAdmission: Admission = {
  isHard: false,
  reservation: {
    requestId: '',
    userId: 0,
    apiTokenId: 0,
    unlimitedToken: true,
    amount: 0,
    tokens: 0,
    userRecordVersion: 0,
    apiTokenRecordVersion: 0,
    model: '',
    hardBudget: false,
  },
  groupRatio: 0n,
  outputClamp: undefined,
  rateLimits: undefined,
  reservedOutput: 0,
};

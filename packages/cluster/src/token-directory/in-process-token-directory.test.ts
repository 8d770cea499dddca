import type { ApiTokenAccount, TokenRecord, UserAccount } from '@turnpike/core';
import { InProcessTokenDirectory } from './in-process-token-directory.ts';
import { describeTokenDirectory } from './token-directory.contract.ts';

describeTokenDirectory('in process', () => {
  const records = new Map<string, TokenRecord>();
  let lookUps = 0;
  return Promise.resolve({
    directory: new InProcessTokenDirectory({
      tokenSource: {
        findTokenRecord(keyHash) {
          lookUps += 1;
          return Promise.resolve(records.get(keyHash));
        },
      },
    }),
    save(user, apiToken) {
      records.set(apiToken.keyHash, toRecord(user, apiToken));
      return Promise.resolve();
    },
    remove({ keyHash }) {
      records.delete(keyHash);
      return Promise.resolve();
    },
    lookUps: () => lookUps,
    close: () => Promise.resolve(),
  });
});

function toRecord(user: UserAccount, apiToken: ApiTokenAccount): TokenRecord {
  return {
    apiTokenId: apiToken.id,
    apiTokenName: apiToken.name,
    status: apiToken.status,
    expiredTime: apiToken.expiredTime,
    unlimitedQuota: apiToken.unlimitedQuota,
    models: apiToken.models && new Set(apiToken.models),
    subnets: apiToken.subnets,
    userId: user.id,
    username: user.username,
    userStatus: user.status,
    userRole: user.role,
    group: user.group,
    apiTokenRecordVersion: apiToken.recordVersion,
    userRecordVersion: user.recordVersion,
    ...(apiToken.limits !== undefined && { apiTokenLimits: apiToken.limits }),
    ...(apiToken.lossPolicy !== undefined && { lossPolicy: apiToken.lossPolicy }),
    ...(user.limits !== undefined && { userLimits: user.limits }),
  };
}

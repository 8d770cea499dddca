import { hashKey, type AccountBatch, type ApiTokenAccount, type UserAccount } from '@turnpike/core';

export function makeUserAccount(fields: Partial<UserAccount> = {}): UserAccount {
  return {
    id: 7,
    username: 'alice',
    role: 1,
    status: 1,
    group: 'default',
    limits: undefined,
    quota: 1000,
    quotaVersion: 1,
    recordVersion: 1,
    ...fields,
  };
}

export function makeApiTokenAccount(fields: Partial<ApiTokenAccount> = {}): ApiTokenAccount {
  return {
    id: 70,
    userId: 7,
    keyHash: hashKey('a key'),
    name: 'a token',
    status: 1,
    expiredTime: -1,
    unlimitedQuota: false,
    models: undefined,
    subnets: [],
    limits: undefined,
    quota: 400,
    quotaVersion: 1,
    recordVersion: 1,
    ...fields,
  };
}

export function makeBatch(fields: Partial<AccountBatch> = {}): AccountBatch {
  return { users: [], apiTokens: [], removedApiTokens: [], ...fields };
}

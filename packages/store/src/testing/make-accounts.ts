import { randomBytes } from 'node:crypto';
import { makeUsageEvent } from '@turnpike/core/testing';
import type { ApiToken, Channel, NewApiToken, NewUser, UsageEvent, User } from '@turnpike/core';
import type { Store } from '../open-store.ts';

/** A user that nobody else has. */
export function makeNewUser(fields: Partial<NewUser> = {}): NewUser {
  const unique = randomBytes(8).toString('hex');
  return {
    username: `u${unique.slice(0, 10)}`,
    passwordHash: '$2a$10$abcdefghijklmnopqrstuv',
    displayName: 'A user',
    role: 1,
    quota: 1000,
    quotaReason: 'created',
    accessToken: unique + unique,
    affCode: unique.slice(0, 8),
    ...fields,
  };
}

export function makeNewApiToken(fields: Partial<NewApiToken> & { userId: number }): NewApiToken {
  return {
    key: randomBytes(24).toString('hex'),
    name: 'default',
    expiredTime: -1,
    remainQuota: 1000,
    unlimitedQuota: false,
    models: null,
    subnet: '',
    ...fields,
  };
}

/** A user with a limited token, a channel, and events of theirs. */
export interface TestAccounts {
  user: User;
  apiToken: ApiToken;
  channel: Channel;
  makeEvent(fields?: Partial<UsageEvent>): UsageEvent;
}

export async function createAccounts(
  store: Store,
  {
    user: userFields = {},
    apiToken: tokenFields = {},
  }: { user?: Partial<NewUser>; apiToken?: Partial<NewApiToken> } = {},
): Promise<TestAccounts> {
  const user = await store.users.create(makeNewUser(userFields));
  const apiToken = await store.apiTokens.create(
    makeNewApiToken({ userId: user.id, ...tokenFields }),
  );
  const [channel] = await store.channels.createMany([
    { type: 1, key: 'sk-upstream', name: 'test', models: 'gpt-4o', group: 'default' },
  ]);
  if (channel === undefined) throw new Error('no channel was created');
  return {
    user,
    apiToken,
    channel,
    makeEvent: (fields = {}) =>
      makeUsageEvent({
        userId: user.id,
        username: user.username,
        apiTokenId: apiToken.id,
        apiTokenName: apiToken.name,
        unlimitedToken: apiToken.unlimitedQuota,
        channelId: channel.id,
        ...fields,
      }),
  };
}

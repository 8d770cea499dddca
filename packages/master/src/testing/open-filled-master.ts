import type { BalanceAnswer, BalanceRequest, ModelListAnswer } from '@turnpike/core';
import type { MasterDeps, MasterSettings } from '../index.ts';
import { openAgreeableSignIn, visitorSession } from './agreeable-sign-in.ts';
import { openMaster, type TestMaster } from './open-master.ts';

/** A secret in every place that holds one; none may ever come out. */
export const sentinel = 'S3NTINEL';

/** A control plane that holds something of everything, see `route-calls.ts`. */
export async function openFilledMaster(
  settings: Partial<MasterSettings> = {},
  overrides: Partial<MasterDeps> = {},
): Promise<TestMaster> {
  const signIn = await openAgreeableSignIn();
  const test = await openMaster(
    { globalApiRateLimit: 0, ...settings },
    {
      findBalanceQuery: () => tellBalance,
      findModelListQuery: () => tellModels,
      ...signIn.deps,
      ...overrides,
    },
  );
  await test.sessions.create(visitorSession(test.clock.now()));
  Object.assign(test.stored, signIn.options);
  test.users.rows.get(3)!.email = 'alice@example.com';
  await test.addUser('bob');
  await test.channels.createMany(
    ['one', 'two'].map((name) => ({
      ...{ name, type: 1, tag: 'eu', models: 'gpt-4o' },
      key: `sk-${sentinel}-channel`,
      status: name === 'two' ? 2 : 1,
    })),
  );
  await test.apiTokens.create({
    ...{ userId: 3, key: 'keyOfAlice', name: 'first', expiredTime: -1, remainQuota: 100 },
    ...{ unlimitedQuota: false, models: null, subnet: '' },
  });
  await test.redemptions.createMany(
    ['codeOfTheTests', 'another'].map((key) => ({
      ...{ userId: 2, key, name: 'gift', quota: 50, createdTime: 1, expiredTime: 0 },
    })),
  );
  const refund = { userId: 3, apiTokenId: 1, quota: 5, isRepeated: false };
  test.ledger.refunds.set('request-of-alice', refund);
  for (const key of secretOptions) test.stored[key] = `${sentinel}-${key}`;
  await test.givenUp.add({
    ...{ queueId: 'q', attempts: 8, problem: 'no answer', givenUpAt: 1_700_000_000_000 },
    notification: { kind: 'reset-mail', email: 'alice@example.com', language: 'en' },
  });
  await test.logs.add({ type: 1, content: 'a top-up', user_id: 3, username: 'alice' });
  return test;
}

const secretOptions = [
  'SMTPToken',
  'GitHubClientSecret',
  'LarkClientSecret',
  'OidcClientSecret',
  'WeChatServerToken',
  'TurnstileSecretKey',
  'MessagePusherToken',
  'WebhookSecret',
];

/** Without a request: the upstream of these channels tells without being asked. */
function* tellBalance(): Generator<BalanceRequest, BalanceAnswer, unknown> {
  return { balance: 5 };
}

function* tellModels(): Generator<BalanceRequest, ModelListAnswer, unknown> {
  return { models: ['gpt-4o'] };
}

import { beforeEach, describe, expect, it } from '@jest/globals';
import { readOptions } from '@turnpike/core';
import { createInMemoryApiTokens } from '../testing/in-memory-api-tokens.ts';
import { createInMemoryLogs, type InMemoryLogs } from '../testing/in-memory-logs.ts';
import { createInMemoryUsers, type InMemoryUsers } from '../testing/in-memory-users.ts';
import { createAccountMaker, type CreateAccount } from './create-account.ts';

const GIFTS = { QuotaForNewUser: 100, QuotaForInvitee: 20, QuotaForInviter: 30 };

let users: InMemoryUsers;
let logs: InMemoryLogs;
let announced: object[];
let createAccount: CreateAccount;
beforeEach(() => {
  users = createInMemoryUsers();
  logs = createInMemoryLogs();
  announced = [];
  createAccount = createAccountMaker({
    users,
    apiTokens: createInMemoryApiTokens(),
    requestLogs: logs,
    currentOptions: {
      read: async () => ({ ...readOptions({}), ...GIFTS }),
      close: () => undefined,
    },
    announceAccounts: async (changed) => void announced.push(changed),
    clock: { now: () => 1_700_000_000_000 },
  });
});

const account = (username: string, affCode?: string) => ({
  username,
  displayName: username,
  passwordHash: '',
  ...(affCode !== undefined && { affCode }),
});

describe('a new account', () => {
  it('that was invited gets more, and so does who invited', async () => {
    const inviter = await createAccount(account('ann'));

    const user = await createAccount(account('ben', inviter.affCode));

    expect(users.rows.get(user.id)).toMatchObject({ quota: 120, inviterId: inviter.id });
    expect(users.rows.get(inviter.id)).toMatchObject({ quota: 130 });
    expect(logs.rows.slice(1).map(({ username, content }) => [username, content])).toEqual([
      ['ben', 'Gift for a new account: ＄0.000200'],
      ['ben', 'Gift for coming by an invitation: ＄0.000040'],
      ['ann', 'Gift for an invitation that was used: ＄0.000060'],
    ]);
    expect(announced.at(-1)).toEqual({ userIds: [user.id, inviter.id], apiTokenIds: [2] });
  });

  it('with a code that nobody has is made all the same', async () => {
    const user = await createAccount(account('ben', 'nope'));

    expect(users.rows.get(user.id)).toMatchObject({ quota: 100, inviterId: 0 });
  });

  it('with a name that is taken rewards nobody', async () => {
    const inviter = await createAccount(account('ann'));

    await expect(createAccount(account('ann', inviter.affCode))).rejects.toMatchObject({
      code: 'name_taken',
    });
    expect(users.rows.get(inviter.id)).toMatchObject({ quota: 100 });
  });
});

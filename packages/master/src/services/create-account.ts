import {
  isGatewayError,
  logTypes,
  managementErrors,
  roles,
  type ApiTokenRepository,
  type NewUser,
  type OptionValues,
  type Clock,
  type ExternalIdentity,
  type RequestLogRepository,
  type User,
  type UserRepository,
} from '@turnpike/core';
import type { AnnounceAccounts } from './account-changes.ts';
import type { CurrentOptions } from './current-options.ts';
import { formatQuota } from './format-quota.ts';
import { drawAccessToken, drawAffCode, drawRelayKey } from './random-keys.ts';

export interface CreateAccountDeps {
  users: UserRepository;
  apiTokens: ApiTokenRepository;
  requestLogs: RequestLogRepository;
  currentOptions: CurrentOptions;
  announceAccounts: AnnounceAccounts;
  clock: Clock;
}

export interface NewAccount {
  username: string;
  displayName: string;
  /** Empty: the account logs in elsewhere. */
  passwordHash: string;
  email?: string;
  /** Of whoever invited; an unknown one is ignored. */
  affCode?: string;
  identity?: ExternalIdentity;
}

/** 4 characters can collide; a handful of draws never all do. */
const MAX_DRAWS = 8;

/**
 * Makes an ordinary account with everything that a new one gets: the gift, its log row, and an API token; where it was
 * invited, both get what the options promise.
 *
 * @throws `name_taken`; `conflict` with `param` `identity` where another account has it
 */
export function createAccountMaker(deps: CreateAccountDeps) {
  return async function createAccount(account: NewAccount): Promise<User> {
    const options = await deps.currentOptions.read();
    const gift = options.QuotaForNewUser;
    const inviter = await deps.users.findByAffCode(account.affCode ?? '');
    const inviteeQuota = options.QuotaForInvitee;
    const inviterQuota = options.QuotaForInviter;
    const user = await createUser(deps.users, account, gift, {
      ...(inviter && { invitation: { inviterId: inviter.id, inviteeQuota, inviterQuota } }),
    });
    await noteGift(deps, options, user, gift, 'Gift for a new account');
    if (inviter !== undefined) {
      await noteGift(deps, options, user, inviteeQuota, 'Gift for coming by an invitation');
      await noteGift(deps, options, inviter, inviterQuota, 'Gift for an invitation that was used');
    }
    const apiToken = await deps.apiTokens.create({
      userId: user.id,
      key: drawRelayKey(),
      name: 'default',
      expiredTime: -1,
      remainQuota: -1,
      unlimitedQuota: true,
      models: null,
      subnet: '',
    });
    // The account is there, so this is no failure: a master that looks for changes finds it.
    const userIds = [user.id, ...(inviter === undefined ? [] : [inviter.id])];
    const created = { userIds, apiTokenIds: [apiToken.id] };
    await deps.announceAccounts(created).catch(() => undefined);
    return user;
  };
}

async function noteGift(
  { requestLogs, clock }: CreateAccountDeps,
  options: OptionValues,
  { id, username }: User,
  quota: number,
  what: string,
): Promise<void> {
  if (quota <= 0) return;
  await requestLogs.add({
    type: logTypes.system,
    user_id: id,
    username,
    created_at: Math.floor(clock.now() / 1000),
    content: `${what}: ${formatQuota(quota, options)}`,
  });
}

export type CreateAccount = ReturnType<typeof createAccountMaker>;

async function createUser(
  users: UserRepository,
  { affCode: _, ...account }: NewAccount,
  gift: number,
  invited: Pick<NewUser, 'invitation'>,
): Promise<User> {
  for (let draws = 1; ; draws += 1) {
    try {
      return await users.create({
        ...account,
        ...invited,
        role: roles.common,
        quota: gift,
        quotaReason: 'gift',
        accessToken: drawAccessToken(),
        affCode: drawAffCode(),
      });
    } catch (error) {
      if (!isConflict(error) || isIdentityTaken(error)) throw error;
      if (await isNameTaken(users, account.username))
        throw managementErrors.nameTaken({}, { cause: error });
      if (draws === MAX_DRAWS) throw error; // not the name, so it was the invitation code, again and again
    }
  }
}

/** Whether a write was refused because an identity belongs to another account. */
export function isIdentityTaken(error: unknown): boolean {
  return isGatewayError(error) && error.code === 'conflict' && error.details.param === 'identity';
}

function isConflict(error: unknown): boolean {
  return isGatewayError(error) && error.code === 'conflict';
}

async function isNameTaken(users: UserRepository, username: string): Promise<boolean> {
  const found = await users.findForLogin(username);
  // A login may also be an address; databases differ in whether case counts.
  return found?.user.username.toLowerCase() === username.toLowerCase();
}

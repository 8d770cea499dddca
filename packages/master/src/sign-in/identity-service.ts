import {
  isGatewayError,
  managementErrors,
  userStatuses,
  type IdentityProvider,
  type IdentityRepository,
  type OptionValues,
  type User,
  type UserRepository,
} from '@turnpike/core';
import { usernameSchema } from '@turnpike/core/contract';
import type { Caller } from '../services/caller.ts';
import { isIdentityTaken, type CreateAccount } from '../services/create-account.ts';
import type { CurrentOptions } from '../services/current-options.ts';
import { listOpenProviders } from '../services/login-switches.ts';
import { drawNameEnding } from '../services/random-keys.ts';
import type { RecordAudit } from '../services/record-audit.ts';
import { isDomainAllowed } from './email-domains.ts';
import type { ProviderProfile } from './provider-profile.ts';

export interface IdentityServiceDeps {
  users: UserRepository;
  identities: IdentityRepository;
  currentOptions: CurrentOptions;
  createAccount: CreateAccount;
  recordAudit: RecordAudit;
}

/** Somebody who may be logged in. */
export interface ProvenUser {
  user: User;
  passwordHash: string;
}

const MAX_DISPLAY_NAME = 20;

/** For people. */
const providerNames = {
  github: 'GitHub',
  lark: 'Lark',
  oidc: 'OpenID Connect',
  wechat: 'WeChat',
} as const satisfies Record<IdentityProvider, string>;

export type IdentityService = ReturnType<typeof createIdentityService>;

/** Accounts of people who are known elsewhere. */
export function createIdentityService(deps: IdentityServiceDeps) {
  const { users, identities } = deps;

  async function findOrCreate(profile: ProviderProfile, address: string): Promise<User> {
    const known = await identities.find(profile.identity);
    if (known !== undefined) return known;
    const options = await deps.currentOptions.read();
    if (!options.RegisterEnabled) throw managementErrors.registrationDisabled();
    try {
      const user = await createUser(deps, profile, options);
      const actor: Caller = { user, via: 'session', address };
      const { provider } = profile.identity;
      await deps.recordAudit(actor, 'account.register', user.id, { provider });
      return user;
    } catch (error) {
      if (!isIdentityTaken(error)) throw error;
      const other = await identities.find(profile.identity); // the same person in another tab
      if (other === undefined) throw error;
      return other;
    }
  }

  return {
    /** The account of this person; a new one where there is none. @throws `registration_disabled`, `account_disabled` */
    async signIn(profile: ProviderProfile, address: string): Promise<ProvenUser> {
      const { id } = await findOrCreate(profile, address);
      const found = await users.findWithPassword(id);
      if (found?.user.status !== userStatuses.enabled) throw managementErrors.accountDisabled();
      return found;
    },

    /** Lets the caller log in as this person from now on. @throws `identity_taken` */
    async bind({ identity }: ProviderProfile, actor: Caller): Promise<void> {
      const { provider } = identity;
      try {
        await identities.bind(actor.user.id, identity);
      } catch (error) {
        if (!isIdentityTaken(error)) throw error;
        const name = providerNames[provider];
        throw managementErrors.identityTaken({ provider: name }, { cause: error });
      }
      await deps.recordAudit(actor, 'account.bind', actor.user.id, { provider });
    },

    /** @throws `last_sign_in` */
    async unbind(provider: IdentityProvider | 'email', actor: Caller): Promise<void> {
      const { user } = actor;
      if (provider === 'email') {
        await users.update(user.id, { email: '' });
      } else {
        if (!(await hasOtherSignIn(deps, user.id, provider))) throw managementErrors.lastSignIn();
        await identities.unbind(user.id, provider);
      }
      await deps.recordAudit(actor, 'account.unbind', user.id, { provider });
    },
  };
}

async function createUser(
  deps: IdentityServiceDeps,
  { identity, displayName, username, verifiedEmail }: ProviderProfile,
  options: OptionValues,
): Promise<User> {
  const email = await toFreeEmail(deps, verifiedEmail, options);
  for (const name of await listNames(deps, identity.provider, username)) {
    try {
      return await deps.createAccount({
        username: name,
        displayName: Array.from(displayName).slice(0, MAX_DISPLAY_NAME).join(''),
        passwordHash: '',
        identity,
        ...(email !== undefined && { email }),
      });
    } catch (error) {
      if (!isGatewayError(error) || error.code !== 'name_taken') throw error;
    }
  }
  throw managementErrors.nameTaken();
}

/** The name that the provider suggests, where it is one here; the next number, as One API has it; then chance. */
async function listNames(
  { users }: IdentityServiceDeps,
  prefix: IdentityProvider,
  suggested: string | undefined,
): Promise<string[]> {
  const parsed = usernameSchema.safeParse(suggested?.trim());
  const next = `${prefix}_${String((await users.highestId()) + 1)}`;
  const drawn = [1, 2, 3].map(() => `${prefix}_${drawNameEnding()}`);
  return [...(parsed.success ? [parsed.data] : []), next, ...drawn].filter(
    (name) => usernameSchema.safeParse(name).success,
  );
}

/** An address that another account has stays there: accounts are never joined by address. */
async function toFreeEmail(
  { users }: IdentityServiceDeps,
  email: string | undefined,
  options: OptionValues,
): Promise<string | undefined> {
  if (email === undefined || email.length > 191 || !isDomainAllowed(email, options))
    return undefined;
  const lower = email.toLowerCase();
  return (await users.findByEmail(lower)) === undefined ? lower : undefined;
}

async function hasOtherSignIn(
  { users, currentOptions }: IdentityServiceDeps,
  userId: number,
  provider: IdentityProvider,
): Promise<boolean> {
  const found = await users.findWithPassword(userId);
  if (found === undefined) return false;
  const options = await currentOptions.read();
  const others = listOpenProviders(found.user, options).filter((name) => name !== provider);
  return others.length > 0 || (options.PasswordLoginEnabled && found.passwordHash !== '');
}

import {
  managementErrors,
  type Language,
  type RateLimiter,
  type User,
  type UserRepository,
} from '@turnpike/core';
import type { PasswordResetInput, RegisterInput } from '@turnpike/core/contract';
import type { Notifier } from '../notifications/notifier.ts';
import { isMailConfigured } from '../notifications/mailer.ts';
import type { AnnounceAccounts } from '../services/account-changes.ts';
import type { Caller } from '../services/caller.ts';
import type { CreateAccount } from '../services/create-account.ts';
import type { CurrentOptions } from '../services/current-options.ts';
import type { PasswordHasher } from '../services/password-hasher.ts';
import { drawPassword } from '../services/random-keys.ts';
import type { RecordAudit } from '../services/record-audit.ts';
import { requireFreeEmail } from '../services/user-edit-service.ts';
import { isDomainAllowed } from './email-domains.ts';
import type { MailedCodes } from './mailed-codes.ts';

export interface RegistrationServiceDeps {
  users: UserRepository;
  passwords: PasswordHasher;
  currentOptions: CurrentOptions;
  createAccount: CreateAccount;
  codes: MailedCodes;
  notifier: Notifier;
  rateLimiter: RateLimiter;
  announceAccounts: AnnounceAccounts;
  recordAudit: RecordAudit;
  /** A keyed hash. */
  hash: (purpose: string, text: string) => string;
}

/** Mails that one address gets, so that nobody is flooded. */
const MAILS = { count: 5, windowMs: 60 * 60_000 };

export type RegistrationService = ReturnType<typeof createRegistrationService>;

/**
 * Accounts with a password: registration, and what needs proof of an address. Answers take as long, and say the same,
 * whether an address is known or not: who has it is looked up where the mail is written.
 */
export function createRegistrationService(deps: RegistrationServiceDeps) {
  const { users, codes } = deps;

  async function sendMail(
    kind: 'verification-mail' | 'reset-mail',
    email: string,
    language: Language,
  ): Promise<void> {
    if (!isMailConfigured(await deps.currentOptions.read()))
      throw managementErrors.mailNotConfigured();
    const key = `mail:${deps.hash('address', email.toLowerCase()).slice(0, 22)}`;
    const limit = await deps.rateLimiter.take(key, MAILS);
    if (!limit.allowed)
      throw managementErrors.tooManyRequests({ retryAfterMs: limit.retryAfterMs });
    await deps.notifier.send({ kind, email, language });
  }

  /** The address that was proven. */
  async function proveEmail({ email = '', verification_code = '' }: RegisterInput) {
    const address = email.trim().toLowerCase();
    const isRight =
      address !== '' &&
      verification_code !== '' &&
      (await codes.redeem('verification', address, verification_code));
    if (!isRight) throw managementErrors.codeRefused({ param: 'verification_code' });
    await requireFreeEmail(users, address);
    return address;
  }

  return {
    /** @throws `registration_disabled`, `name_taken`, `code_refused`, `email_taken` */
    async register(input: RegisterInput, address: string): Promise<void> {
      const options = await deps.currentOptions.read();
      if (!options.RegisterEnabled || !options.PasswordRegisterEnabled)
        throw managementErrors.registrationDisabled();
      const { username, aff_code: affCode = '' } = input;
      // A code opens once: it is not spent on a name that cannot be had.
      if (await isNameTaken(users, username)) throw managementErrors.nameTaken();
      const email = options.EmailVerificationEnabled ? await proveEmail(input) : undefined;
      const user = await deps.createAccount({
        username,
        displayName: username,
        passwordHash: await deps.passwords.hash(input.password),
        ...(email !== undefined && { email }),
        ...(affCode !== '' && { affCode }),
      });
      await deps.recordAudit({ user, via: 'session', address }, 'account.register', user.id);
    },

    /** @throws `email_domain_refused`, `mail_not_configured`, `too_many_requests` */
    async sendVerification(email: string, language: Language): Promise<void> {
      if (!isDomainAllowed(email, await deps.currentOptions.read()))
        throw managementErrors.emailDomainRefused();
      await sendMail('verification-mail', email, language);
    },

    /** @throws `mail_not_configured`, `too_many_requests` */
    sendReset: (email: string, language: Language) => sendMail('reset-mail', email, language),

    /**
     * Sets the password of whoever has the address, and ends their sessions.
     *
     * @returns the user, and the password where none was given
     * @throws `code_refused`
     */
    async resetPassword(
      { email, token, password = '' }: PasswordResetInput,
      address: string,
    ): Promise<{ user: User; madeUp: string | undefined }> {
      if (!(await codes.redeem('reset', email, token)))
        throw managementErrors.codeRefused({ param: 'token' });
      const user = await users.findByEmail(email.trim());
      if (user === undefined) throw managementErrors.codeRefused({ param: 'token' });
      const madeUp = password === '' ? drawPassword() : undefined;
      await users.update(user.id, { passwordHash: await deps.passwords.hash(madeUp ?? password) });
      await deps.announceAccounts({ userIds: [user.id] });
      const actor: Caller = { user, via: 'session', address };
      await deps.recordAudit(actor, 'account.reset-password', user.id, { password: 'changed' });
      return { user, madeUp };
    },

    /** @throws `code_refused`, `email_taken` */
    async bindEmail({ email, code }: { email: string; code: string }, actor: Caller) {
      const lower = email.toLowerCase();
      if (!(await codes.redeem('verification', lower, code)))
        throw managementErrors.codeRefused({ param: 'code' });
      await requireFreeEmail(users, lower, actor.user.id);
      await users.update(actor.user.id, { email: lower });
      await deps.announceAccounts({ userIds: [actor.user.id] });
      await deps.recordAudit(actor, 'account.bind', actor.user.id, { provider: 'email' });
    },
  };
}

async function isNameTaken(users: UserRepository, username: string): Promise<boolean> {
  const found = await users.findForLogin(username);
  // A login may also be an address; databases differ in whether case counts.
  return found?.user.username.toLowerCase() === username.toLowerCase();
}

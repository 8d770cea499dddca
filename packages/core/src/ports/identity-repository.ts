import type { ExternalIdentity, IdentityProvider } from '../identity/external-identity.ts';
import type { User } from '../identity/user.ts';

/** Which account is known at which provider. Accounts that were deleted have no identities. */
export interface IdentityRepository {
  /**
   * The account with this identity. One that One API bound, by its `legacyId`, is bound by its subject from then on.
   */
  find(identity: ExternalIdentity): Promise<User | undefined>;
  /**
   * Binds it to the account, in place of another one of the same provider.
   *
   * @throws `conflict` with `param` `identity` when it is bound to another account; two calls at once bind it once
   */
  bind(userId: number, identity: ExternalIdentity): Promise<void>;
  unbind(userId: number, provider: IdentityProvider): Promise<void>;
}

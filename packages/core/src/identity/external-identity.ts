/** Where an account can be known besides here. */
export const identityProviders = ['github', 'lark', 'oidc', 'wechat'] as const;

export type IdentityProvider = (typeof identityProviders)[number];

/** Who somebody is at a provider. */
export interface ExternalIdentity {
  provider: IdentityProvider;
  /** What never changes there: GitHub's number, `open_id`, `sub`. At most 191 characters, never empty. */
  subject: string;
  /** What One API stores for the same: at GitHub the login name, which can change hands; elsewhere the subject. */
  legacyId: string;
}

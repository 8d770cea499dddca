import type { ExternalIdentity, OptionValues } from '@turnpike/core';

/** Who somebody is elsewhere. */
export interface ProviderProfile {
  identity: ExternalIdentity;
  displayName: string;
  /** A name that a new account may have; undefined: one is made up. */
  username?: string;
  /** Only where the provider says that it belongs to them. */
  verifiedEmail?: string;
}

/** What a browser came back with. */
export interface ProviderGrant {
  code: string;
  state: string;
  /** Empty where the provider does not tell. */
  issuer: string;
  /** Whether the login began at the address that we made, with PKCE and a nonce. */
  isOurAddress: boolean;
}

/** One provider that sends browsers back with a code. */
export interface OAuthSignIn {
  /** For people. */
  name: string;
  isEnabled(options: OptionValues): boolean;
  /** Where the browser begins. @throws `provider_unreachable`, `sign_in_disabled` */
  authorizationUrl(state: string, options: OptionValues): Promise<string>;
  /** Exchanges the code. @throws `provider_refused`, `provider_unreachable` */
  findProfile(grant: ProviderGrant, options: OptionValues): Promise<ProviderProfile>;
}

/** The address of this gateway as browsers see it. */
export function serverAddress({ ServerAddress }: OptionValues): string {
  return ServerAddress === '' ? 'http://localhost:3000' : ServerAddress;
}

/** Where the provider sends the browser back to: a page of the console. */
export function redirectUri(provider: string, options: OptionValues): string {
  return `${serverAddress(options)}/oauth/${provider}`;
}

/** An address with query parameters. */
export function withQuery(address: string, query: Readonly<Record<string, string>>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

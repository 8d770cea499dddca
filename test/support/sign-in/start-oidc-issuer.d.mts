/** What the issuer says of a person. */
export interface Person {
  sub: string;
  name?: string;
  preferred_username?: string;
  email?: string;
  email_verified?: boolean;
}

export interface OidcIssuer {
  /** Discovery address. */
  wellKnown: string;
  url: string;
  client: { id: string; secret: string };
  /** Who is in front of the browser at the next logins. */
  person: Person;
  stop(): Promise<void>;
}

export function startOidcIssuer(redirectUri: string): Promise<OidcIssuer>;

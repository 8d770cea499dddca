import type { OptionValues } from '@turnpike/core';
import { oauthProviders, type OAuthProvider } from '@turnpike/core/contract';
import type { Request, Response } from 'express';
import passport from 'passport';
import type {
  OAuthSignIn,
  ProviderGrant,
  ProviderProfile,
} from '../../sign-in/provider-profile.ts';

/** Resolves to who came back from a provider. @throws `provider_refused`, `provider_unreachable` */
export type ProviderLogin = (
  provider: OAuthProvider,
  attempt: Attempt,
  request: Request,
  response: Response,
) => Promise<ProviderProfile>;

/** What a strategy is given beside the request. */
interface Attempt {
  grant: ProviderGrant;
  options: OptionValues;
}

/** Logins with a code of another provider, each a strategy of passport. */
export function createProviderLogin(
  signIns: Readonly<Record<OAuthProvider, OAuthSignIn>>,
): ProviderLogin {
  const authenticator = new passport.Passport();
  for (const provider of oauthProviders)
    authenticator.use(provider, new CodeStrategy(signIns[provider]));

  return (provider, attempt, request, response) =>
    new Promise((resolve, reject) => {
      const finish = (error: unknown, profile?: ProviderProfile | false | null): void => {
        if (profile) resolve(profile);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as it was thrown
        else reject(error ?? new Error(`no strategy answered for ${provider}`));
      };
      const handle = authenticator.authenticate(
        provider,
        { session: false, ...attempt } as passport.AuthenticateOptions,
        finish,
      ) as (request: Request, response: Response, next: (error?: unknown) => void) => void;
      handle(request, response, finish);
    });
}

/** Exchanges a code; the state was checked before. */
class CodeStrategy extends passport.Strategy {
  // Not `#`: passport runs an object that only inherits from this one.
  private readonly signIn: OAuthSignIn;

  constructor(signIn: OAuthSignIn) {
    super();
    this.signIn = signIn;
  }

  override authenticate(_request: unknown, attempt: unknown): void {
    const { grant, options } = attempt as Attempt;
    this.signIn.findProfile(grant, options).then(
      (profile) => {
        this.success(profile);
      },
      (error: unknown) => {
        this.error(error);
      },
    );
  }
}

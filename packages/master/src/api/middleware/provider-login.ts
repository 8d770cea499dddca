import type { OptionValues } from '@turnpike/core';
import { oauthProviders, type OAuthProvider } from '@turnpike/core/contract';
import type { Request, Response } from 'express';
import passport from 'passport';
import type {
  OAuthSignIn,
  ProviderGrant,
  ProviderProfile,
} from '../../sign-in/provider-profile.ts';

/** Everybody who gives people a code for us: OAuth's providers, and the WeChat server. */
export type LoginProvider = OAuthProvider | 'wechat';

/** Resolves to who came back from a provider. @throws `provider_refused`, `provider_unreachable` */
export type ProviderLogin = (
  provider: LoginProvider,
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
  signIns: Readonly<Record<LoginProvider, CodeSignIn>>,
): ProviderLogin {
  const authenticator = new passport.Passport();
  for (const provider of [...oauthProviders, 'wechat'] as const)
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

type CodeSignIn = Pick<OAuthSignIn, 'findProfile'>;

/** Exchanges a code; the state, where there is one, was checked before. */
class CodeStrategy extends passport.Strategy {
  // Not `#`: passport runs an object that only inherits from this one.
  private readonly signIn: CodeSignIn;

  constructor(signIn: CodeSignIn) {
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

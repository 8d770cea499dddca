import { managementErrors, readLanguage } from '@turnpike/core';
import { signInRoutes, type OAuthProvider } from '@turnpike/core/contract';
import type { Request, Response } from 'express';
import type { CurrentOptions } from '../services/current-options.ts';
import type { IdentityService } from '../sign-in/identity-service.ts';
import type { OAuthStates } from '../sign-in/oauth-states.ts';
import type { OAuthSignIn, ProviderProfile } from '../sign-in/provider-profile.ts';
import type { RegistrationService } from '../sign-in/registration-service.ts';
import { callerOf } from './caller-of.ts';
import type { LogIn } from './log-in.ts';
import type { LoginGuard } from './middleware/login-guard.ts';
import type { ProviderLogin } from './middleware/provider-login.ts';
import type { Sessions } from './middleware/sessions.ts';
import { bindRoute, type BoundRoute, type RouteCall } from './routing/bind-route.ts';

export interface SignInRouterDeps {
  currentOptions: CurrentOptions;
  registrations: RegistrationService;
  identityService: IdentityService;
  oauthStates: OAuthStates;
  oauthSignIns: Readonly<Record<OAuthProvider, OAuthSignIn>>;
  loginByProvider: ProviderLogin;
  loginGuard: LoginGuard;
  logIn: LogIn;
  sessions: Sessions;
}

type Callback = RouteCall<(typeof signInRoutes)['github']>;

/** Registration, mails of the login pages, and logins at other providers. */
export function createSignInRouter(deps: SignInRouterDeps): BoundRoute[] {
  return [...listMailRoutes(deps), ...listOAuthRoutes(deps), ...listBindingRoutes(deps)];
}

function listMailRoutes({ registrations, loginGuard }: SignInRouterDeps): BoundRoute[] {
  const languageOf = ({ request }: Pick<RouteCall, 'request'>) =>
    readLanguage(request.get('accept-language'));
  return [
    bindRoute(signInRoutes.register, ({ body, request }) =>
      registrations.register(body, request.ip ?? ''),
    ),
    bindRoute(signInRoutes.sendVerification, ({ query, ...call }) =>
      registrations.sendVerification(query.email, languageOf(call)),
    ),
    bindRoute(signInRoutes.sendReset, ({ query, ...call }) =>
      registrations.sendReset(query.email, languageOf(call)),
    ),
    bindRoute(signInRoutes.resetPassword, async ({ body, request, response }) => {
      const { user, madeUp } = await registrations.resetPassword(body, request.ip ?? '');
      // Whoever reads the address may log in here, however many others failed to.
      for (const login of [user.username, user.email])
        await loginGuard.welcome(login, request, response);
      return { success: true as const, message: '', ...(madeUp !== undefined && { data: madeUp }) };
    }),
  ];
}

function listOAuthRoutes(deps: SignInRouterDeps): BoundRoute[] {
  const { oauthSignIns, oauthStates, identityService } = deps;

  async function comeBack(provider: OAuthProvider, call: Callback) {
    const { query, request, response } = call;
    const state = await oauthStates.redeem(request.session?.idHash, query.state, provider);
    const options = await deps.currentOptions.read();
    const signIn = oauthSignIns[provider];
    if (!signIn.isEnabled(options))
      throw managementErrors.signInDisabled({ provider: signIn.name });
    if (query.code === '') throw managementErrors.codeRefused({ param: 'code' });

    const isOurAddress = state.provider !== undefined;
    const grant = { code: query.code, state: query.state, issuer: query.iss, isOurAddress };
    const profile = await deps.loginByProvider(provider, { grant, options }, request, response);
    if (state.userId === 0) {
      const proven = await identityService.signIn(profile, request.ip ?? '');
      const data = await deps.logIn(request, response, proven);
      return { success: true as const, message: '', data };
    }
    // The state is of this session, and a session has one user for all its life; but it may have ended since.
    await identityService.bind(profile, callerOf(request));
    return { success: true as const, message: 'bind' };
  }

  return [
    bindRoute(signInRoutes.startOAuth, async ({ query, request, response }) => {
      const session = await deps.sessions.open(request, response);
      const { userId } = session;
      if (query.provider === '') {
        const data = await oauthStates.issue(session.idHash, { provider: undefined, userId });
        return { success: true as const, message: '', data };
      }
      const options = await deps.currentOptions.read();
      const signIn = oauthSignIns[query.provider];
      if (!signIn.isEnabled(options))
        throw managementErrors.signInDisabled({ provider: signIn.name });
      const data = await oauthStates.issue(session.idHash, { provider: query.provider, userId });
      const authorization_url = await signIn.authorizationUrl(data, options);
      return { success: true as const, message: '', data, authorization_url };
    }),
    bindRoute(signInRoutes.github, (call) => comeBack('github', call)),
    bindRoute(signInRoutes.lark, (call) => comeBack('lark', call)),
    bindRoute(signInRoutes.oidc, (call) => comeBack('oidc', call)),
    bindRoute(signInRoutes.wechat, async ({ query, request, response }) => {
      const profile = await askWechat(deps, query.code, request, response);
      const proven = await identityService.signIn(profile, request.ip ?? '');
      return deps.logIn(request, response, proven);
    }),
  ];
}

async function askWechat(
  deps: SignInRouterDeps,
  code: string,
  request: Request,
  response: Response,
): Promise<ProviderProfile> {
  const options = await deps.currentOptions.read();
  const grant = { code, state: '', issuer: '', isOurAddress: false };
  return deps.loginByProvider('wechat', { grant, options }, request, response);
}

function listBindingRoutes(deps: SignInRouterDeps): BoundRoute[] {
  return [
    bindRoute(signInRoutes.bindWechat, async ({ query, caller, request, response }) => {
      const profile = await askWechat(deps, query.code, request, response);
      await deps.identityService.bind(profile, caller);
    }),
    bindRoute(signInRoutes.bindEmail, ({ query, caller }) =>
      deps.registrations.bindEmail(query, caller),
    ),
    bindRoute(signInRoutes.unbind, ({ params, caller }) =>
      deps.identityService.unbind(params.provider, caller),
    ),
  ];
}

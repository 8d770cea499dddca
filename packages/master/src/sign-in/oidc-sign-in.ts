import { managementErrors, type OptionValues } from '@turnpike/core';
import { z } from 'zod';
import { isProviderOpen } from '../services/login-switches.ts';
import { askProvider } from './ask-provider.ts';
import type { DiscoveredOidc, OidcSignInDeps } from './oidc-discovered.ts';
import { OIDC_NAME, toOidcProfile, userinfoSchema } from './oidc-profile.ts';
import {
  redirectUri,
  withQuery,
  type OAuthSignIn,
  type ProviderGrant,
  type ProviderProfile,
} from './provider-profile.ts';

const tokenSchema = z.object({ access_token: z.string().min(1) });

/**
 * Login with an OpenID Connect provider. With a discovery address the identity token is verified, signature included,
 * and logins that begin here carry PKCE and a nonce; without one it is plain OAuth 2 at the addresses that are set.
 */
export function createOidcSignIn(deps: OidcSignInDeps): OAuthSignIn {
  let discovered: Promise<DiscoveredOidc> | undefined;
  /** Its library is loaded by the first login: most gateways never see one. */
  const load = (): Promise<DiscoveredOidc> =>
    (discovered ??= import('./oidc-discovered.ts').then(({ createDiscoveredOidc }) =>
      createDiscoveredOidc(deps),
    ));

  return {
    name: OIDC_NAME,
    isEnabled: isProviderOpen.oidc,
    async authorizationUrl(state, options) {
      if (options.OidcWellKnown !== '') return (await load()).authorizationUrl(state, options);
      const { OidcAuthorizationEndpoint, OidcClientId } = options;
      if (OidcAuthorizationEndpoint === '')
        throw managementErrors.signInDisabled({ provider: OIDC_NAME });
      return withQuery(OidcAuthorizationEndpoint, {
        client_id: OidcClientId,
        response_type: 'code',
        redirect_uri: redirectUri('oidc', options),
        scope: 'openid profile email',
        state,
      });
    },
    findProfile: async (grant, options) =>
      options.OidcWellKnown === ''
        ? exchangePlainly(grant, options)
        : (await load()).exchange(grant, options),
  };
}

async function exchangePlainly(
  { code }: ProviderGrant,
  options: OptionValues,
): Promise<ProviderProfile> {
  const provider = OIDC_NAME;
  const { access_token } = await askProvider(
    {
      provider,
      url: options.OidcTokenEndpoint,
      form: {
        grant_type: 'authorization_code',
        client_id: options.OidcClientId,
        client_secret: options.OidcClientSecret,
        code,
        redirect_uri: redirectUri('oidc', options),
      },
    },
    tokenSchema,
  );
  const headers = { authorization: `Bearer ${access_token}` };
  return toOidcProfile(
    await askProvider({ provider, url: options.OidcUserinfoEndpoint, headers }, userinfoSchema),
  );
}

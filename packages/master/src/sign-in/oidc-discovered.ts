import type { Clock, OptionValues } from '@turnpike/core';
import * as client from 'openid-client';
import { refusedBy } from './ask-provider.ts';
import { createOidcDiscovery, toOidcError, withoutIssuer } from './oidc-client.ts';
import { OIDC_NAME, toOidcProfile } from './oidc-profile.ts';
import {
  redirectUri,
  withQuery,
  type ProviderGrant,
  type ProviderProfile,
} from './provider-profile.ts';

export interface OidcSignInDeps {
  /** A keyed hash, base64url: what belongs to a state is made from it, and need not be kept. */
  hash: (purpose: string, text: string) => string;
  clock: Clock;
}

/** Login with a provider that says about itself where to go: signatures are checked, PKCE and nonce where we began. */
export interface DiscoveredOidc {
  authorizationUrl(state: string, options: OptionValues): Promise<string>;
  /** @throws `provider_unreachable`, `provider_refused` */
  exchange(grant: ProviderGrant, options: OptionValues): Promise<ProviderProfile>;
}

export function createDiscoveredOidc({ hash, clock }: OidcSignInDeps): DiscoveredOidc {
  const discover = createOidcDiscovery({ clock });
  const verifierOf = (state: string): string => hash('oidc-verifier', state);
  const nonceOf = (state: string): string => hash('oidc-nonce', state);

  return {
    async authorizationUrl(state, options) {
      return client.buildAuthorizationUrl(await discover(options), {
        redirect_uri: redirectUri('oidc', options),
        scope: 'openid profile email',
        state,
        code_challenge: await client.calculatePKCECodeChallenge(verifierOf(state)),
        code_challenge_method: 'S256',
        nonce: nonceOf(state),
      }).href;
    },
    async exchange({ code, state, issuer, isOurAddress }, options) {
      const found = await discover(options);
      const config = issuer === '' ? withoutIssuer(found, options) : found;
      const query = { code, state, ...(issuer !== '' && { iss: issuer }) };
      try {
        const tokens = await client.authorizationCodeGrant(
          config,
          new URL(withQuery(redirectUri('oidc', options), query)),
          {
            expectedState: state,
            idTokenExpected: true,
            ...(isOurAddress && {
              pkceCodeVerifier: verifierOf(state),
              expectedNonce: nonceOf(state),
            }),
          },
        );
        const claims = tokens.claims();
        if (claims === undefined) throw refusedBy(OIDC_NAME, 'there is no identity token');
        const hasUserinfo = config.serverMetadata().userinfo_endpoint !== undefined;
        // Many providers put the profile there only.
        const info = hasUserinfo
          ? await client.fetchUserInfo(config, tokens.access_token, claims.sub)
          : {};
        return toOidcProfile({ ...claims, ...info });
      } catch (error) {
        throw toOidcError(error);
      }
    },
  };
}

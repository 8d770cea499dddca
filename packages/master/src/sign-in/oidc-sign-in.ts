import { managementErrors, type Clock, type OptionValues } from '@turnpike/core';
import * as client from 'openid-client';
import { z } from 'zod';
import { isProviderOpen } from '../services/login-switches.ts';
import { askProvider, refusedBy } from './ask-provider.ts';
import { createOidcDiscovery, OIDC_NAME, toOidcError, withoutIssuer } from './oidc-client.ts';
import {
  redirectUri,
  withQuery,
  type OAuthSignIn,
  type ProviderGrant,
  type ProviderProfile,
} from './provider-profile.ts';

export interface OidcSignInDeps {
  /** A keyed hash, base64url: what belongs to a state is made from it, and need not be kept. */
  hash: (purpose: string, text: string) => string;
  clock: Clock;
}

const tokenSchema = z.object({ access_token: z.string().min(1) });

const userinfoSchema = z.object({
  sub: z.string().min(1).max(191),
  name: z.string().optional(),
  preferred_username: z.string().optional(),
  email: z.string().optional(),
  // Some providers write it as text.
  email_verified: z.union([z.boolean(), z.enum(['true', 'false'])]).optional(),
});

/**
 * Login with an OpenID Connect provider. With a discovery address the identity token is verified, signature included,
 * and logins that begin here carry PKCE and a nonce; without one it is plain OAuth 2 at the addresses that are set.
 */
export function createOidcSignIn({ hash, clock }: OidcSignInDeps): OAuthSignIn {
  const discover = createOidcDiscovery({ clock });
  const verifierOf = (state: string): string => hash('oidc-verifier', state);
  const nonceOf = (state: string): string => hash('oidc-nonce', state);

  async function exchange(
    { code, state, issuer, isOurAddress }: ProviderGrant,
    options: OptionValues,
  ): Promise<ProviderProfile> {
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
      return toProfile({ ...claims, ...info });
    } catch (error) {
      throw toOidcError(error);
    }
  }

  return {
    name: OIDC_NAME,
    isEnabled: isProviderOpen.oidc,
    async authorizationUrl(state, options) {
      const common = {
        redirect_uri: redirectUri('oidc', options),
        scope: 'openid profile email',
        state,
      };
      if (options.OidcWellKnown !== '')
        return client.buildAuthorizationUrl(await discover(options), {
          ...common,
          code_challenge: await client.calculatePKCECodeChallenge(verifierOf(state)),
          code_challenge_method: 'S256',
          nonce: nonceOf(state),
        }).href;
      const { OidcAuthorizationEndpoint, OidcClientId } = options;
      if (OidcAuthorizationEndpoint === '')
        throw managementErrors.signInDisabled({ provider: OIDC_NAME });
      const query = { client_id: OidcClientId, response_type: 'code', ...common };
      return withQuery(OidcAuthorizationEndpoint, query);
    },
    findProfile: (grant, options) =>
      options.OidcWellKnown === '' ? exchangePlainly(grant, options) : exchange(grant, options),
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
  return toProfile(
    await askProvider({ provider, url: options.OidcUserinfoEndpoint, headers }, userinfoSchema),
  );
}

function toProfile(claims: unknown): ProviderProfile {
  const parsed = userinfoSchema.safeParse(claims);
  if (!parsed.success) throw refusedBy(OIDC_NAME, 'the answer has no usable subject');
  const { sub, name, preferred_username, email, email_verified } = parsed.data;
  return {
    identity: { provider: 'oidc', subject: sub, legacyId: sub },
    displayName: name ?? 'OIDC User',
    ...(preferred_username !== undefined && { username: preferred_username }),
    ...(email !== undefined && String(email_verified) === 'true' && { verifiedEmail: email }),
  };
}

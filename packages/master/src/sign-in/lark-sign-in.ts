import { z } from 'zod';
import { isProviderOpen } from '../services/login-switches.ts';
import { askProvider } from './ask-provider.ts';
import { redirectUri, withQuery, type OAuthSignIn } from './provider-profile.ts';
import type { SignInEndpoints } from './sign-in-endpoints.ts';

const provider = 'Lark';

// A refused code is answered with a `code` other than 0 and no token.
const tokenSchema = z.object({
  code: z.literal(0).optional(),
  access_token: z.string().min(1),
});

const userSchema = z.object({ open_id: z.string().min(1).max(191), name: z.string().nullish() });

/** Login with Lark (Feishu). It is on where its app is set up: id and secret. */
export function createLarkSignIn(endpoints: SignInEndpoints): OAuthSignIn {
  return {
    name: provider,
    isEnabled: isProviderOpen.lark,
    authorizationUrl: (state, options) =>
      Promise.resolve(
        withQuery(endpoints.larkAuthorize, {
          client_id: options.LarkClientId,
          redirect_uri: redirectUri('lark', options),
          state,
        }),
      ),
    async findProfile({ code }, options) {
      const { access_token } = await askProvider(
        {
          provider,
          url: endpoints.larkToken,
          json: {
            client_id: options.LarkClientId,
            client_secret: options.LarkClientSecret,
            code,
            grant_type: 'authorization_code',
            redirect_uri: redirectUri('lark', options),
          },
        },
        tokenSchema,
      );
      const headers = { authorization: `Bearer ${access_token}` };
      const user = await askProvider({ provider, url: endpoints.larkUser, headers }, userSchema);
      return {
        identity: { provider: 'lark', subject: user.open_id, legacyId: user.open_id },
        displayName: user.name ?? 'Lark User',
      };
    },
  };
}

import { z } from 'zod';
import { isProviderOpen } from '../services/login-switches.ts';
import { askProvider } from './ask-provider.ts';
import { redirectUri, withQuery, type OAuthSignIn } from './provider-profile.ts';
import type { SignInEndpoints } from './sign-in-endpoints.ts';

const provider = 'GitHub';

// GitHub answers 200 with `error` where it refuses a code: then there is no token, and the schema says no.
const tokenSchema = z.object({ access_token: z.string().min(1) });

const userSchema = z.object({
  id: z.int().positive(),
  login: z.string().min(1),
  name: z.string().nullish(),
});

const emailsSchema = z.array(
  z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }),
);

/** Login with GitHub. People are known by their number: a login name can be given up and taken by somebody else. */
export function createGithubSignIn(endpoints: SignInEndpoints): OAuthSignIn {
  return {
    name: provider,
    isEnabled: isProviderOpen.github,
    authorizationUrl: (state, options) =>
      Promise.resolve(
        withQuery(endpoints.githubAuthorize, {
          client_id: options.GitHubClientId,
          redirect_uri: redirectUri('github', options),
          state,
          scope: 'user:email',
        }),
      ),
    async findProfile({ code }, { GitHubClientId, GitHubClientSecret }) {
      const { access_token } = await askProvider(
        {
          provider,
          url: endpoints.githubToken,
          json: { client_id: GitHubClientId, client_secret: GitHubClientSecret, code },
        },
        tokenSchema,
      );
      const headers = {
        authorization: `Bearer ${access_token}`,
        accept: 'application/vnd.github+json',
      };
      const user = await askProvider({ provider, url: endpoints.githubUser, headers }, userSchema);
      const verifiedEmail = await findEmail(endpoints, headers);
      return {
        identity: { provider: 'github', subject: String(user.id), legacyId: user.login },
        displayName: user.name ?? 'GitHub User',
        ...(verifiedEmail !== undefined && { verifiedEmail }),
      };
    },
  };
}

/** Apps that were not given `user:email` may not read them, and nobody needs an address to log in. */
async function findEmail(
  { githubEmails }: SignInEndpoints,
  headers: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const emails = await askProvider({ provider, url: githubEmails, headers }, emailsSchema).catch(
    () => [],
  );
  return emails.find(({ primary, verified }) => primary && verified)?.email;
}

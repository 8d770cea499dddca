import type { IdentityProvider, OptionValues, User } from '@turnpike/core';

/** Whether people can log in at a provider: it is switched on, and set up. */
export const isProviderOpen = {
  github: (options) => options.GitHubOAuthEnabled && options.GitHubClientId !== '',
  lark: (options) => options.LarkClientId !== '' && options.LarkClientSecret !== '',
  oidc: (options) =>
    options.OidcEnabled &&
    options.OidcClientId !== '' &&
    (options.OidcWellKnown !== '' ||
      (options.OidcTokenEndpoint !== '' && options.OidcUserinfoEndpoint !== '')),
  wechat: (options) => options.WeChatAuthEnabled && options.WeChatServerAddress !== '',
} as const satisfies Record<IdentityProvider, (options: OptionValues) => boolean>;

/** The providers by which this account can log in as things are; one that is bound but switched off is no way in. */
export function listOpenProviders(user: User, options: OptionValues): IdentityProvider[] {
  const { githubId, larkId, oidcId, wechatId } = user;
  const bound = { github: githubId, lark: larkId, oidc: oidcId, wechat: wechatId };
  return (Object.keys(bound) as IdentityProvider[]).filter(
    (provider) => bound[provider] !== '' && isProviderOpen[provider](options),
  );
}

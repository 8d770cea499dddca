/** Addresses of services that are the same for everybody. */
export interface SignInEndpoints {
  githubAuthorize: string;
  githubToken: string;
  githubUser: string;
  githubEmails: string;
  larkAuthorize: string;
  larkToken: string;
  larkUser: string;
  turnstile: string;
}

export const signInEndpoints: SignInEndpoints = {
  // https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
  githubAuthorize: 'https://github.com/login/oauth/authorize',
  githubToken: 'https://github.com/login/oauth/access_token',
  githubUser: 'https://api.github.com/user',
  githubEmails: 'https://api.github.com/user/emails',
  // https://open.feishu.cn/document/authentication-management/access-token/get-user-access-token
  larkAuthorize: 'https://accounts.feishu.cn/open-apis/authen/v1/authorize',
  larkToken: 'https://open.feishu.cn/open-apis/authen/v2/oauth/token',
  larkUser: 'https://passport.feishu.cn/suite/passport/oauth/userinfo',
  // https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
  turnstile: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
};

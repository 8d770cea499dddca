import { bool, list, secret, text, url } from './option-definition.ts';

const section = 'login';

/** Who may come in, and how. */
export const loginOptions = {
  PasswordLoginEnabled: bool(section, true, [
    'Users can log in with a password.',
    '允许用户使用密码登录。',
  ]),
  PasswordRegisterEnabled: bool(section, true, [
    'New accounts can be made with a password.',
    '允许使用密码注册新账户。',
  ]),
  RegisterEnabled: bool(section, true, [
    'New accounts can be made at all, by whatever way.',
    '允许以任何方式注册新账户。',
  ]),
  EmailVerificationEnabled: bool(section, false, [
    'Registration by password needs an address and the code that was sent to it.',
    '密码注册需要邮箱和验证码。',
  ]),
  EmailDomainRestrictionEnabled: bool(section, false, [
    'Only addresses of the listed domains can register.',
    '仅允许白名单域名的邮箱注册。',
  ]),
  EmailDomainWhitelist: list(
    section,
    ',',
    [
      'gmail.com',
      '163.com',
      '126.com',
      'qq.com',
      'outlook.com',
      'hotmail.com',
      'icloud.com',
      'yahoo.com',
      'foxmail.com',
    ],
    ['Domains whose addresses can register.', '允许注册的邮箱域名。'],
  ),
  GitHubOAuthEnabled: bool(section, false, [
    'Users can log in with GitHub.',
    '允许使用 GitHub 登录。',
  ]),
  GitHubClientId: text(section, '', [
    'Client id of the GitHub OAuth app.',
    'GitHub OAuth 应用的 Client ID。',
  ]),
  GitHubClientSecret: secret(section, [
    'Client secret of the GitHub OAuth app.',
    'GitHub OAuth 应用的 Client Secret。',
  ]),
  LarkClientId: text(section, '', [
    'App id at Lark; the Lark button is shown when it is set.',
    '飞书应用 App ID；填写后显示飞书登录按钮。',
  ]),
  LarkClientSecret: secret(section, ['App secret at Lark.', '飞书应用 App Secret。']),
  OidcEnabled: bool(section, false, [
    'Users can log in with an OpenID Connect provider.',
    '允许使用 OIDC 登录。',
  ]),
  OidcClientId: text(section, '', [
    'Client id at the OpenID Connect provider.',
    'OIDC 的 Client ID。',
  ]),
  OidcClientSecret: secret(section, [
    'Client secret at the OpenID Connect provider.',
    'OIDC 的 Client Secret。',
  ]),
  OidcWellKnown: url(section, [
    'Discovery address (or issuer) of the OpenID Connect provider; with it the identity token is verified. Empty: the three endpoints below are used as they are.',
    'OIDC 的 Well-Known 地址（或 Issuer）；填写后会校验身份令牌。留空则直接使用下面三个端点。',
  ]),
  OidcAuthorizationEndpoint: url(section, [
    'Where the browser is sent to log in.',
    'OIDC 授权端点。',
  ]),
  OidcTokenEndpoint: url(section, ['Where the gateway fetches tokens.', 'OIDC 令牌端点。']),
  OidcUserinfoEndpoint: url(section, [
    'Where the gateway asks who the user is.',
    'OIDC 用户信息端点。',
  ]),
  WeChatAuthEnabled: bool(section, false, [
    'Users can log in with a WeChat code.',
    '允许使用微信验证码登录。',
  ]),
  WeChatServerAddress: url(section, ['Address of the WeChat server.', '微信服务器地址。']),
  WeChatServerToken: secret(section, [
    'Credential for the WeChat server.',
    '微信服务器的访问凭证。',
  ]),
  WeChatAccountQRCodeImageURL: text(section, '', [
    'QR picture in the login dialog.',
    '登录框中的公众号二维码图片地址。',
  ]),
  TurnstileCheckEnabled: bool(section, false, [
    'Registration and mails of the login pages need a human check.',
    '注册和登录页邮件需要通过人机验证。',
  ]),
  TurnstileSiteKey: text(section, '', [
    'Site key of Cloudflare Turnstile.',
    'Cloudflare Turnstile 站点密钥。',
  ]),
  TurnstileSecretKey: secret(section, [
    'Secret key of Cloudflare Turnstile.',
    'Cloudflare Turnstile 私钥。',
  ]),
} as const;

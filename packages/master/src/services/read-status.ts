import type { OptionValues } from '@turnpike/core';
import type { StatusJson } from '@turnpike/core/contract';
import type { MasterSettings } from '../master-deps.ts';

/** What everybody may know of the options, under the names that consoles read. */
export function readStatus(
  options: OptionValues,
  { version, startTime }: Pick<MasterSettings, 'version' | 'startTime'>,
): StatusJson {
  return {
    version,
    start_time: startTime,
    email_verification: options.EmailVerificationEnabled,
    github_oauth: options.GitHubOAuthEnabled,
    github_client_id: options.GitHubClientId,
    lark_client_id: options.LarkClientId,
    system_name: options.SystemName,
    logo: options.Logo,
    footer_html: options.Footer,
    wechat_qrcode: options.WeChatAccountQRCodeImageURL,
    wechat_login: options.WeChatAuthEnabled,
    server_address: options.ServerAddress,
    turnstile_check: options.TurnstileCheckEnabled,
    turnstile_site_key: options.TurnstileSiteKey,
    top_up_link: options.TopUpLink,
    chat_link: options.ChatLink,
    quota_per_unit: options.QuotaPerUnit,
    display_in_currency: options.DisplayInCurrencyEnabled,
    oidc: options.OidcEnabled,
    oidc_client_id: options.OidcClientId,
    oidc_well_known: options.OidcWellKnown,
    oidc_authorization_endpoint: options.OidcAuthorizationEndpoint,
    oidc_token_endpoint: options.OidcTokenEndpoint,
    oidc_userinfo_endpoint: options.OidcUserinfoEndpoint,
  };
}

import { findOption } from '@turnpike/core';
import type { ImportRow, Mapped } from './import-types.ts';

/** New API's name of an option → ours, where they differ. */
const names: Readonly<Record<string, string>> = {
  'oidc.enabled': 'OidcEnabled',
  'oidc.client_id': 'OidcClientId',
  'oidc.client_secret': 'OidcClientSecret',
  'oidc.well_known': 'OidcWellKnown',
  'oidc.authorization_endpoint': 'OidcAuthorizationEndpoint',
  'oidc.token_endpoint': 'OidcTokenEndpoint',
  'oidc.user_info_endpoint': 'OidcUserinfoEndpoint',
};

/** An option that we know too, with a value that we would take; nothing else, because it might mean another thing. */
export function mapNewApiOption(row: ImportRow): Mapped {
  const source = String(row['key'] ?? '');
  const key = names[source] ?? source;
  const option = findOption(key);
  if (option === undefined) return { skip: `${source} is not known here` };
  const checked = option.check(String(row['value'] ?? ''));
  if ('problem' in checked) return { skip: `${key}: ${checked.problem}` };
  return { row: { key, value: checked.value } };
}

import { createHash } from 'node:crypto';
import { managementErrors, type Clock, type OptionValues } from '@turnpike/core';
import * as client from 'openid-client';
import { refusedBy } from './ask-provider.ts';
import { OIDC_NAME } from './oidc-profile.ts';

const TIMEOUT_SECONDS = 5;
/** A provider may change its keys and addresses. */
const DISCOVERY_LIFE_MS = 10 * 60_000;

/** Reads what a provider says about itself, and remembers it for a while. */
export function createOidcDiscovery({ clock }: { clock: Clock }) {
  let known: { key: string; config: client.Configuration; until: number } | undefined;

  /** @throws `provider_unreachable`, `provider_refused` */
  return async function discover(options: OptionValues): Promise<client.Configuration> {
    const { OidcWellKnown, OidcClientId, OidcClientSecret } = options;
    const facts = [OidcWellKnown, OidcClientId, OidcClientSecret];
    const key = createHash('sha256').update(JSON.stringify(facts)).digest('hex');
    if (known?.key === key && known.until > clock.now()) return known.config;
    try {
      const config = await client.discovery(
        new URL(OidcWellKnown),
        OidcClientId,
        undefined,
        client.ClientSecretPost(OidcClientSecret),
        { timeout: TIMEOUT_SECONDS, execute: listExtensions(OidcWellKnown) },
      );
      known = { key, config, until: clock.now() + DISCOVERY_LIFE_MS };
      return config;
    } catch (error) {
      throw toOidcError(error);
    }
  };
}

/**
 * The same provider for an answer without an issuer: consoles of One API do not pass it on. The state is bound to this
 * one provider all the same.
 */
export function withoutIssuer(
  config: client.Configuration,
  { OidcWellKnown, OidcClientId, OidcClientSecret }: OptionValues,
): client.Configuration {
  const { supportsPKCE: _supportsPKCE, ...facts } = config.serverMetadata();
  if (facts.authorization_response_iss_parameter_supported !== true) return config;
  const quiet = new client.Configuration(
    { ...facts, authorization_response_iss_parameter_supported: false },
    OidcClientId,
    undefined,
    client.ClientSecretPost(OidcClientSecret),
  );
  quiet.timeout = TIMEOUT_SECONDS;
  for (const extend of listExtensions(OidcWellKnown)) extend(quiet);
  return quiet;
}

/** Told by names: the errors of the library hold whole answers, which go nowhere. */
export function toOidcError(error: unknown): unknown {
  const { name = '', code = '', error: oauthCode = '' } = error as Record<string, string>;
  if (name === 'GatewayError') return error;
  if (name === 'ResponseBodyError' || name === 'AuthorizationResponseError')
    return refusedBy(OIDC_NAME, /^[\w.-]{1,60}$/.test(oauthCode) ? oauthCode : name);
  const isAway =
    name === 'TypeError' ||
    ['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM'].includes(code);
  return isAway
    ? managementErrors.providerUnreachable({ provider: OIDC_NAME }, { cause: `${name} ${code}` })
    : refusedBy(OIDC_NAME, code === '' ? 'its answer is not valid' : code);
}

/** Signatures are always checked. Inside a network an administrator may want an address without TLS. */
function listExtensions(address: string): ((config: client.Configuration) => void)[] {
  return [
    client.enableNonRepudiationChecks,
    // The library calls it deprecated so that nobody uses it by accident.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    ...(address.startsWith('http:') ? [client.allowInsecureRequests] : []),
  ];
}

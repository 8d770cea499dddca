import { createHash, createSign } from 'node:crypto';
import type { CredentialCall } from '../credentials.ts';
import { asObject, asText, type JsonObject } from '../wire/json-object.ts';

const defaultTokenUrl = 'https://oauth2.googleapis.com/token';
const scope = 'https://www.googleapis.com/auth/cloud-platform';
/** Google gives tokens for an hour at most. */
const lifetimeSeconds = 3600;

/**
 * The call that turns a key file into an access token: a service account signs for itself, a user's credentials are
 * refreshed.
 *
 * @param now milliseconds since the epoch
 * @returns undefined where the file is neither, or its private key is none
 * @see https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests
 */
export function createTokenCall(keyFile: JsonObject, now: number): CredentialCall | undefined {
  const url = asText(keyFile['token_uri']) ?? defaultTokenUrl;
  const form = readUserForm(keyFile) ?? readServiceForm(keyFile, url, now);
  if (form === undefined) return undefined;
  return {
    cacheKey: `google:${createHash('sha256').update(JSON.stringify(keyFile)).digest('hex')}`,
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
    read: readToken,
  };
}

function readUserForm(keyFile: JsonObject): Record<string, string> | undefined {
  if (keyFile['type'] !== 'authorized_user') return undefined;
  const clientId = asText(keyFile['client_id']);
  const secret = asText(keyFile['client_secret']);
  const refresh = asText(keyFile['refresh_token']);
  if (clientId === undefined || secret === undefined || refresh === undefined) return undefined;
  return {
    grant_type: 'refresh_token',
    client_id: clientId,
    client_secret: secret,
    refresh_token: refresh,
  };
}

function readServiceForm(
  keyFile: JsonObject,
  audience: string,
  now: number,
): Record<string, string> | undefined {
  const email = asText(keyFile['client_email']);
  const key = asText(keyFile['private_key']);
  if (email === undefined || key === undefined) return undefined;
  const keyId = asText(keyFile['private_key_id']);
  const issuedAt = Math.floor(now / 1000);
  const assertion = signToken(
    { alg: 'RS256', typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) },
    { iss: email, scope, aud: audience, iat: issuedAt, exp: issuedAt + lifetimeSeconds },
    repairKey(key),
  );
  return assertion === undefined
    ? undefined
    : { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
}

function signToken(header: object, claims: object, key: string): string | undefined {
  const signed = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  try {
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
  } catch {
    return undefined; // No key that OpenSSL can read: the channel is told to have no credential.
  }
}

/** Keys are pasted with their line feeds written out, or with none at all. */
export function repairKey(key: string): string {
  const lines = key.replaceAll('\\n', '\n').replaceAll('\r', '').trim();
  const found = /^(-----BEGIN [A-Z ]+-----)([\s\S]*?)(-----END [A-Z ]+-----)$/.exec(lines);
  if (found === null) return lines;
  const [, head = '', body = '', foot = ''] = found;
  const wrapped = body.replaceAll(/\s/g, '').match(/.{1,64}/g) ?? [];
  return [head, ...wrapped, foot, ''].join('\n');
}

function readToken(
  answer: unknown,
  now: number,
): { credential: string; expiresAt: number } | undefined {
  const body = asObject(answer);
  const credential = asText(body?.['access_token']);
  if (credential === undefined) return undefined;
  const seconds = body?.['expires_in'];
  return {
    credential,
    expiresAt: now + (typeof seconds === 'number' ? seconds : lifetimeSeconds) * 1000,
  };
}

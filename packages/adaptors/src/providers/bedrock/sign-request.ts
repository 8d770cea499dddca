import aws4 from 'aws4';
import type { RequestToSign } from '../../credentials.ts';
import type { BedrockAccount } from './read-account.ts';

/** Proxies on the way may change these: they are not signed. */
const unsigned = ['accept', 'user-agent', 'connection', 'content-length', 'accept-encoding'];

/**
 * Signs a request by AWS's version 4. The service is `bedrock` whatever the host is called.
 *
 * @param now milliseconds since the epoch
 * @returns headers to add: the signature, its moment, and the session's token where there is one
 */
export function signBedrock(
  { method, url, headers, body }: RequestToSign,
  { region, accessKeyId, secretAccessKey, sessionToken }: BedrockAccount,
  now: number,
): Record<string, string> {
  const { host, pathname, search } = new URL(url);
  const moment = new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const { headers: signed = {} } = aws4.sign(
    {
      method,
      host,
      path: pathname + search,
      service: 'bedrock',
      region,
      headers: {
        host,
        'content-type': headers['content-type'] ?? 'application/json',
        'x-amz-date': moment,
        ...amazonHeaders(headers),
      },
      body,
      extraHeadersToIgnore: Object.fromEntries(unsigned.map((name) => [name, true])),
    } as aws4.Request,
    {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== '' && { sessionToken }),
    },
  );
  const added = Object.entries(signed).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return Object.fromEntries(added.filter(([name = '']) => wanted.has(name))) as Record<
    string,
    string
  >;
}

const wanted: ReadonlySet<string> = new Set([
  'authorization',
  'x-amz-date',
  'x-amz-security-token',
]);

/** Amazon's own headers must be signed. */
function amazonHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-')));
}

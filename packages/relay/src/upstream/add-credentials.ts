import type { FailedAttempt } from '@turnpike/adaptors';
import type { Clock } from '@turnpike/core';
import type { EncodedRequest } from '../pipeline/encoded-request.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import { isCredentialError, isFresh, type Credentials } from './credentials.ts';

interface CredentialDeps {
  credentials: Credentials;
  clock: Clock;
}

/**
 * What a channel's last credential was: the call that gets one may be costly to describe (it is signed). `undefined` as
 * a value: this channel's key needs no call.
 */
const lastOf = new WeakMap<
  RelayChannel,
  { credential: string; expiresAt: number } | 'key-itself'
>();

/**
 * Adds what is only known right before sending: a short-lived credential, and the signature over the request. Nothing is
 * awaited for the providers that have fixed keys.
 *
 * @returns the failure, where there is no credential to be had
 */
export function addCredentials(
  deps: CredentialDeps,
  channel: RelayChannel,
  encoded: EncodedRequest,
): Promise<FailedAttempt | undefined> | FailedAttempt | undefined {
  const { provider } = channel;
  if (provider?.credentialCall === undefined) {
    if (provider?.sign !== undefined) sign(deps, channel, encoded);
    return undefined;
  }
  return authorize(deps, channel, encoded);
}

async function authorize(
  deps: CredentialDeps,
  channel: RelayChannel,
  encoded: EncodedRequest,
): Promise<FailedAttempt | undefined> {
  const { provider, config } = channel;
  try {
    const credential = await findCredential(deps, channel);
    encoded.headers.push(...Object.entries(provider?.authorize(credential, config) ?? {}).flat());
  } catch (error) {
    const failure = toFailure(error);
    if (failure === undefined) throw error;
    return failure;
  }
  if (provider?.sign !== undefined) sign(deps, channel, encoded);
  return undefined;
}

async function findCredential(
  { credentials, clock }: CredentialDeps,
  channel: RelayChannel,
): Promise<string> {
  const last = lastOf.get(channel);
  const now = clock.now();
  if (last === 'key-itself') return channel.key();
  if (last !== undefined && isFresh(last, now)) return last.credential;
  const call = channel.provider?.credentialCall?.(channel.key(), channel.config, now);
  if (call === undefined) {
    lastOf.set(channel, 'key-itself');
    return channel.key();
  }
  const held = await credentials.find(call);
  lastOf.set(channel, held);
  return held.credential;
}

/** An issuer's refusal is the channel's trouble with its key; one that cannot be reached is an upstream's. */
function toFailure(error: unknown): FailedAttempt | undefined {
  if (!isCredentialError(error)) return undefined;
  if (error.status === 0)
    return { kind: 'transport', transport: 'unreachable', cause: error.message };
  const isRefusal = error.status >= 400 && error.status < 500 && error.status !== 429;
  return {
    kind: 'refused',
    error: {
      status: isRefusal ? 401 : error.status,
      message: error.message,
      type: 'upstream_error',
      code: 'upstream_credentials',
      param: null,
      isUnreadable: false,
    },
  };
}

function sign({ clock }: CredentialDeps, channel: RelayChannel, encoded: EncodedRequest): void {
  const { origin, path, headers, body } = encoded;
  if (!(body instanceof Uint8Array)) throw new Error('only whole bodies can be signed');
  const named: Record<string, string> = {};
  for (let at = 0; at + 1 < headers.length; at += 2)
    named[(headers[at] as string).toLowerCase()] = headers[at + 1] as string;
  const request = { method: 'POST', url: origin + path, headers: named, body };
  const added = channel.provider?.sign?.(request, channel.key(), channel.config, clock.now()) ?? {};
  for (const [name, value] of Object.entries(added)) setHeader(headers, name, value);
}

/** What the signature names replaces what was there. */
function setHeader(headers: string[], name: string, value: string): void {
  for (let at = 0; at + 1 < headers.length; at += 2)
    if (headers[at]?.toLowerCase() === name.toLowerCase()) {
      headers[at + 1] = value;
      return;
    }
  headers.push(name, value);
}

import type { FailedAttempt } from '@turnpike/adaptors';
import type { RelayDeps } from '../relay-deps.ts';
import type { RelayChannel } from '../snapshot/relay-snapshot.ts';
import type { EncodedRequest } from '../pipeline/encode.ts';

/** Adds what is only known right before sending. Nothing is awaited for the providers that have fixed keys. */
export function addCredentials(
  _deps: RelayDeps,
  _channel: RelayChannel,
  _encoded: EncodedRequest,
): Promise<FailedAttempt | undefined> | undefined {
  return undefined;
}

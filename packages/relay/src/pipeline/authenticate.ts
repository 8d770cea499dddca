import type { IncomingMessage } from 'node:http';
import {
  apiTokenStatuses,
  errors,
  roles,
  userStatuses,
  type Clock,
  type TokenDirectory,
  type TokenRecord,
} from '@turnpike/core';
import { createAddressList, type ClientAddressOf } from '../http/client-address.ts';
import type { Door } from '../http/door.ts';
import type { KeyReader } from '../http/key-reader.ts';

/** Who is calling, and the channel that an administrator asked for. */
export interface Caller {
  token: TokenRecord;
  /** Channel id text from the key's suffix; only ever set for administrators. */
  pinnedChannel: string | undefined;
}

export interface AuthenticateDeps {
  tokenDirectory: TokenDirectory;
  readKey: KeyReader;
  clientAddressOf: ClientAddressOf;
  clock: Clock;
}

const subnetLists = new WeakMap<TokenRecord, (address: string) => boolean>();

/**
 * Recognises the client by its key.
 *
 * @throws `invalid_api_key`, `api_key_disabled`, `api_key_expired`, `account_disabled`, `ip_not_allowed`,
 *   `channel_pin_not_allowed`; `not_ready` when the directory can not be reached
 */
export function authenticate(
  deps: AuthenticateDeps,
  request: IncomingMessage,
  door: Door = 'openai',
): Caller | Promise<Caller> {
  const presented = deps.readKey(request, door);
  if (presented === undefined) throw errors.keyMissing();
  const { keyHash } = presented;
  const known = deps.tokenDirectory.peek(keyHash);
  // Nearly always memory knows: then nothing is awaited.
  return known === 'unknown'
    ? deps.tokenDirectory
        .find(keyHash, presented.key)
        .then((token) => toCaller(deps, request, token, presented.pinnedChannel))
    : toCaller(deps, request, known, presented.pinnedChannel);
}

function toCaller(
  deps: AuthenticateDeps,
  request: IncomingMessage,
  token: TokenRecord | undefined,
  pinnedChannel: string | undefined,
): Caller {
  if (token === undefined) throw errors.keyUnknown();
  checkToken(deps, token, request);
  if (pinnedChannel !== undefined && token.userRole < roles.admin) {
    throw errors.channelPinNotAllowed();
  }
  return { token, pinnedChannel };
}

function checkToken(deps: AuthenticateDeps, token: TokenRecord, request: IncomingMessage): void {
  if (token.status === apiTokenStatuses.expired) throw errors.keyExpired();
  // An exhausted token is told so by the ledger, which knows whether it has quota again.
  if (token.status !== apiTokenStatuses.enabled && token.status !== apiTokenStatuses.exhausted)
    throw errors.keyDisabled();
  if (token.expiredTime !== -1 && token.expiredTime * 1000 < deps.clock.now())
    throw errors.keyExpired();
  if (token.userStatus !== userStatuses.enabled) throw errors.accountDisabled();
  if (token.subnets.length > 0) checkAddress(deps, token, request);
}

function checkAddress(deps: AuthenticateDeps, token: TokenRecord, request: IncomingMessage): void {
  let isAllowed = subnetLists.get(token);
  if (isAllowed === undefined)
    subnetLists.set(token, (isAllowed = createAddressList(token.subnets)));
  const address = deps.clientAddressOf(request);
  if (!isAllowed(address)) throw errors.addressNotAllowed({ address });
}

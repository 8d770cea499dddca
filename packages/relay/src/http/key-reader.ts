import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { hashKey } from '@turnpike/core';
import type { Door } from './door.ts';
import { searchOf } from './relay-routes.ts';
import { parsePresentedKey, readPresentedKey, type PresentedKey } from './request-headers.ts';

/** A presented key with what it is looked up by. */
export interface ReadKey extends PresentedKey {
  keyHash: string;
}

export type KeyReader = (request: IncomingMessage, door: Door) => ReadKey | undefined;

const REMEMBERED = 10_000;

/** Reads and hashes keys. What an `Authorization` header says never changes, so the latest ones are remembered. */
export function createKeyReader(): KeyReader {
  const known = new Map<string, ReadKey>();
  return (request, door) => {
    const { headers } = request;
    if (door === 'gemini') {
      const presented = readGeminiKey(headers, request.url ?? '');
      if (presented !== undefined) return withHash(presented);
    }
    const { authorization } = headers;
    const found = authorization === undefined ? undefined : known.get(authorization);
    if (found !== undefined) return found;
    const presented = readPresentedKey(headers);
    if (presented === undefined) return undefined;
    const read = withHash(presented);
    if (authorization !== undefined && parsePresentedKey(authorization) !== undefined) {
      if (known.size >= REMEMBERED) known.clear();
      known.set(authorization, read);
    }
    return read;
  };
}

/** Google's clients name the key in a header of theirs or in the query; both come before `Authorization`. */
function readGeminiKey(headers: IncomingHttpHeaders, url: string): PresentedKey | undefined {
  const header = headers['x-goog-api-key'];
  const inHeader = typeof header === 'string' ? parsePresentedKey(header) : undefined;
  if (inHeader !== undefined) return inHeader;
  const inQuery = new URLSearchParams(searchOf(url)).get('key');
  return inQuery === null ? undefined : parsePresentedKey(inQuery);
}

function withHash(presented: PresentedKey): ReadKey {
  return { ...presented, keyHash: hashKey(presented.key) };
}

import type { IncomingHttpHeaders } from 'node:http';
import { hashKey } from '@turnpike/core';
import { readPresentedKey, type PresentedKey } from './request-headers.ts';

/** A presented key with what it is looked up by. */
export interface ReadKey extends PresentedKey {
  keyHash: string;
}

export type KeyReader = (headers: IncomingHttpHeaders) => ReadKey | undefined;

const REMEMBERED = 10_000;

/** Reads and hashes keys. What an `Authorization` header says never changes, so the latest ones are remembered. */
export function createKeyReader(): KeyReader {
  const known = new Map<string, ReadKey>();
  return (headers) => {
    const { authorization } = headers;
    const found = authorization === undefined ? undefined : known.get(authorization);
    if (found !== undefined) return found;
    const presented = readPresentedKey(headers);
    if (presented === undefined) return undefined;
    const read = { ...presented, keyHash: hashKey(presented.key) };
    if (authorization !== undefined) {
      if (known.size >= REMEMBERED) known.clear();
      known.set(authorization, read);
    }
    return read;
  };
}

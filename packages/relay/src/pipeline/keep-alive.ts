import { findClientCodec } from '@turnpike/adaptors';
import type { Family } from '@turnpike/core';

const comment = Buffer.from(': keep-alive\n\n');

/** What keeps a silent stream of a protocol open. */
export function keepAliveOf(family: Family | undefined): Buffer {
  const codec = family === undefined ? undefined : findClientCodec(family);
  return codec?.keepAlive ?? comment;
}

import { createHash } from 'node:crypto';

/** Makes the ids of one answer: the same however often they are asked for, and nobody else's. */
export function createItemId(requestId: string, prefix: string, index = 0): string {
  const hash = createHash('sha256').update(`${requestId}/${prefix}/${index}`).digest('hex');
  return `${prefix}_${hash.slice(0, 48)}`;
}

/** The id of the answer to a request. */
export function createResponseId(requestId: string): string {
  return createItemId(requestId, 'resp');
}

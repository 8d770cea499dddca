import { createHash } from 'node:crypto';

/** Hex digits of an answer's own part in every id that belongs to it. */
const ANSWER_DIGITS = 44;

/** The id of the answer to a request. */
export function createResponseId(requestId: string): string {
  return `resp_${digitsOf(requestId)}`;
}

/** The id of an item of that answer. It says which answer it belongs to, so that it can be found again by it. */
export function createItemId(requestId: string, prefix: string, index: number): string {
  return `${prefix}_${digitsOf(requestId)}${index.toString(16).padStart(4, '0')}`;
}

/** The answer that an item belongs to; undefined for ids that are not ours. */
export function responseIdOfItem(itemId: string): string | undefined {
  const digits = /^[a-z]+_([0-9a-f]{44})[0-9a-f]{4}$/.exec(itemId)?.[1];
  return digits === undefined ? undefined : `resp_${digits}`;
}

function digitsOf(requestId: string): string {
  return createHash('sha256').update(requestId).digest('hex').slice(0, ANSWER_DIGITS);
}

import { madeHereMark } from '@turnpike/adaptors';
import { capsuleMark, encodedCapsuleMark } from '@turnpike/core';
import type { InboundRequest } from './inbound-request.ts';

/** A capsule must never reach an upstream, nor what is known to be refused there. */
export function hasCapsule(inbound: InboundRequest): boolean {
  if (inbound.body.kind !== 'json') return false;
  const { body } = inbound.body.probe;
  return (inbound.hasCapsule ??=
    includesMark(body, capsule) ||
    (inbound.door === 'gemini' && includesMark(body, encodedCapsule)) ||
    (inbound.door === 'anthropic' && (includesMark(body, unsigned) || body.includes(madeHere))));
}

/**
 * Something to look for in a large body. A native search for a few bytes that begin with a rare one runs at memory
 * speed; for a whole mark it takes fifty times as long, so that it is only made where its rare part was found.
 */
interface Mark {
  whole: Buffer;
  rare: Buffer;
}

const capsule: Mark = {
  whole: Buffer.from(capsuleMark),
  rare: Buffer.from(capsuleMark.slice(-6)), // begins with J
};
/** Only Gemini's field has the text of a capsule in base64. */
const encodedCapsule: Mark = {
  whole: Buffer.from(encodedCapsuleMark),
  rare: Buffer.from(encodedCapsuleMark.slice(6, 12)), // begins with V
};
/** Thoughts of another vendor's model: Anthropic refuses them without a signature. */
const unsigned: Mark = { whole: Buffer.from('"signature":""'), rare: Buffer.from(':""') };

/** Sources and steps of another vendor's model: Anthropic refuses what it has not signed. Begins with a rare letter itself. */
const madeHere = Buffer.from(madeHereMark);

function includesMark(body: Buffer, { whole, rare }: Mark): boolean {
  return body.includes(rare) && body.includes(whole);
}

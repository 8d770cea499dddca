import type { IncomingHttpHeaders } from 'node:http';

/** What of an upstream's head anybody here reads. */
const names = [
  'content-type',
  'x-request-id',
  'request-id',
  'openai-processing-ms',
  'retry-after',
  'retry-after-ms',
] as const;

type Name = (typeof names)[number];

const byLength = new Map<number, readonly Name[]>();
for (const name of names) byLength.set(name.length, [...(byLength.get(name.length) ?? []), name]);

/**
 * Reads the headers that matter out of name, value, name, value …, as they stood on the wire. Upstreams send some thirty
 * more, and to turn those into text for nobody costs microseconds. Of two with one name the first counts.
 */
export function readAnswerHeaders(raw: readonly Buffer[]): IncomingHttpHeaders {
  const headers: Partial<Record<Name, string>> = {};
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const candidates = byLength.get((raw[at] as Buffer).length);
    if (candidates === undefined) continue;
    const name = (raw[at] as Buffer).toString('latin1').toLowerCase();
    for (const candidate of candidates)
      if (candidate === name) headers[candidate] ??= (raw[at + 1] as Buffer).toString('latin1');
  }
  return headers;
}

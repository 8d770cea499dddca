import { describe, expect, it } from '@jest/globals';
import type { CanonicalResponse, Family, Loss, Part } from '@turnpike/core';
import { foldEvents } from '../translate/event-folder.ts';
import { findClientCodec, findUpstreamCodec } from './index.ts';
import { decodeStream, encodeStream } from './testing/decode-stream.ts';
import { contextOf, emptyRequest } from './testing/translation.ts';
import { toWire, vendorStreams as vendors } from './testing/vendor-streams.ts';

const dialect = { streamUsage: 'always' } as const;
const operations = {
  'openai-chat': 'chat',
  'openai-responses': 'responses',
  anthropic: 'messages',
  gemini: 'generate-content',
} as const;
const families = Object.keys(operations) as Family[];
const request = { ...emptyRequest, reasoning: { includesText: true } };

/** All that an answer says, but ids and times that each makes anew. */
function gistOf({ candidates, usage, serviceTier, promptFeedback }: CanonicalResponse): unknown {
  return JSON.parse(JSON.stringify({ candidates, usage, serviceTier, promptFeedback }));
}

/** A message of chat has its parts apart by kind, whatever order they came in. */
function byKind(answer: CanonicalResponse): unknown {
  const { usage, candidates } = answer;
  return candidates.map(({ index, finish, parts }) => {
    const of = (kind: Part['kind']): Part[] => parts.filter((part) => part.kind === kind);
    const said = (kind: Part['kind']): string =>
      of(kind)
        .map((part) => ('text' in part ? (part.text ?? '') : ''))
        .join('');
    const rest = parts.filter(({ kind }) => kind === 'tool-call' || kind === 'media');
    const state = of('reasoning').flatMap((part) => part.state ?? []);
    const sources = of('text').flatMap((part) =>
      part.kind === 'text' ? (part.annotations ?? []).map(({ url }) => url) : [],
    );
    const words = [said('reasoning'), said('text'), said('refusal')];
    return { index, finish, words, rest, state, sources, usage };
  });
}

/** Each loss once: a stream tells of it where it comes, a whole answer where it is. */
function told(losses: readonly Loss[]): string[] {
  const lines = losses.map(
    ({ severity, what, at }) => `${severity} ${what} ${at.replace(/^stream\./, '')}`,
  );
  return [...new Set(lines)].sort();
}

describe.each(families)('what vendors of %s answer', (family) => {
  const codec = findUpstreamCodec(family)!;
  const doors = families.filter((door) => door !== family);
  for (const stream of vendors[family]) {
    const { name, whole } = stream;
    if (whole === undefined) continue;
    const events = decodeStream(codec.createStreamDecoder(dialect), [toWire(family, stream)]);
    const answer = codec.decodeResponse({ ...whole }, dialect);

    it(`is the same whole and as a stream: ${name}`, () => {
      expect(gistOf(foldEvents(events))).toEqual(gistOf(answer));
    });

    it.each(doors)(`is the same whole and as a stream for clients of %s: ${name}`, (door) => {
      const client = findClientCodec(door)!;
      const context = contextOf(operations[door], { request });
      const path = { ...context.path, isStream: true, search: '?alt=sse' };
      const encoder = client.createStreamEncoder({ ...context, path });
      const shown = encodeStream(encoder, events);
      const { body, losses } = client.encodeResponse(answer, context);
      const back = findUpstreamCodec(door)!;
      const decoder = back.createStreamDecoder(dialect);
      const streamed = foldEvents(decodeStream(decoder, [Buffer.from(shown)]));
      const gist = door === 'openai-chat' ? byKind : gistOf;
      expect(gist(streamed)).toEqual(gist(back.decodeResponse(body, dialect)));
      expect(told(encoder.losses)).toEqual(told(losses));
    });
  }
});

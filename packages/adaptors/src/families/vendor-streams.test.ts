import { describe, expect, it } from '@jest/globals';
import {
  completionTokensOf,
  promptTokensOf,
  type CanonicalResponse,
  type Family,
  type StreamEvent,
  type ToolCallPart,
} from '@turnpike/core';
import { foldEvents } from '../translate/event-folder.ts';
import { parseArguments } from '../translate/tool-arguments.ts';
import { cutAt } from '../wire/testing/cut-at.ts';
import { createStreamTap } from './create-stream-tap.ts';
import { findClientCodec, findUpstreamCodec } from './index.ts';
import { checkGrammar, decodeStream, encodeStream } from './testing/decode-stream.ts';
import { contextOf, emptyRequest } from './testing/translation.ts';
import type { VendorSaying } from './testing/vendor-stream.ts';
import { toWire, vendorStreams as vendors } from './testing/vendor-streams.ts';

const dialect = { streamUsage: 'always' } as const;
const operations = {
  'openai-chat': 'chat',
  'openai-responses': 'responses',
  anthropic: 'messages',
  gemini: 'generate-content',
} as const;
const families = Object.keys(operations) as Family[];
function decode(family: Family, pieces: readonly Buffer[]): StreamEvent[] {
  const events = decodeStream(findUpstreamCodec(family)!.createStreamDecoder(dialect), pieces);
  checkGrammar(events);
  return events.map((event) => (event.type === 'start' ? { ...event, createdAt: 0 } : event));
}

/** Places to cut at, in rounds, so that each place between two bytes is one of them once. */
function everyCut({ length }: Buffer): number[][] {
  const distance = 7;
  return Array.from({ length: distance }, (_, first) =>
    Array.from(
      { length: Math.ceil(length / distance) },
      (_, at) => first + 1 + at * distance,
    ).filter((cut) => cut < length),
  );
}

/** What an answer says, in the words of the tables. */
function sayingOf({ candidates, usage }: CanonicalResponse): VendorSaying {
  const [candidate] = candidates;
  const parts = candidate?.parts ?? [];
  const text = parts.map((part) => ('text' in part && part.kind !== 'reasoning' ? part.text : ''));
  const thoughts = parts.map((part) =>
    part.kind === 'reasoning' ? (part.text ?? part.summary?.join('\n\n') ?? '') : '',
  );
  const calls = parts.flatMap((part) =>
    part.kind === 'tool-call' && part.tool !== 'hosted'
      ? [{ name: part.name, input: inputOf(part) }]
      : [],
  );
  const sources = parts.flatMap((part) =>
    part.kind === 'text' ? (part.annotations ?? []).map(({ url }) => url ?? '') : [],
  );
  const pictures = parts.flatMap((part) =>
    part.kind === 'media' ? [part.source.base64 ?? ''] : [],
  );
  return {
    text: text.join(''),
    thoughts: thoughts.join(''),
    calls,
    finish: candidate?.finish.reason ?? '',
    sources,
    pictures,
    ...(usage !== undefined && {
      input: promptTokensOf(usage),
      cached: usage.input.cacheRead,
      output: completionTokensOf(usage),
    }),
  };
}

/** Text as the one argument: so it is shown where tools take nothing but arguments. */
function inputOf({ input, argumentsJson }: ToolCallPart): unknown {
  return input === undefined ? parseArguments(argumentsJson).value : { input };
}

/** What a table leaves out is not there. */
function expectedOf(saying: VendorSaying): VendorSaying {
  const { input, cached = 0, output, found: _found, spoken: _spoken, ...says } = saying;
  const { calls = [] } = says;
  return {
    text: '',
    thoughts: '',
    calls,
    finish: calls.length > 0 ? 'tool-calls' : 'stop',
    sources: [],
    pictures: [],
    ...says,
    ...(input !== undefined && { input, cached, output: output ?? 0 }),
  };
}

describe.each(families)('streams of vendors of %s', (family) => {
  it.each(vendors[family])('$name', (stream) => {
    const bytes = toWire(family, stream);
    const events = decode(family, [bytes]);
    for (const cuts of everyCut(bytes)) expect(decode(family, cutAt(bytes, cuts))).toEqual(events);
    const failure = events.find((event) => event.type === 'error');
    if (stream.says.fails !== undefined) {
      expect(failure).toMatchObject({ error: { status: stream.says.fails } });
      return;
    }
    expect(failure).toBeUndefined();
    expect(sayingOf(foldEvents(events))).toMatchObject(expectedOf(stream.says));
  });

  it('the same answers, whole, say the same', () => {
    for (const { name, whole, says } of vendors[family]) {
      if (whole === undefined) continue;
      const answer = findUpstreamCodec(family)!.decodeResponse({ ...whole }, dialect);
      expect([name, sayingOf(answer)]).toEqual([name, expect.objectContaining(expectedOf(says))]);
    }
  });

  it.each(families.filter((other) => other !== family))(
    'take no answer of %s for one of their own',
    (other) => {
      for (const { whole } of vendors[other]) {
        if (whole === undefined) continue;
        const decode = () => findUpstreamCodec(family)!.decodeResponse({ ...whole }, dialect);
        expect(decode).toThrow(expect.objectContaining({ code: 'bad_upstream_response' }));
      }
    },
  );

  it.each(vendors[family])('$name, on the byte plane', (stream) => {
    const bytes = toWire(family, stream);
    const options = { isEventStream: true, isStream: true, hideUsage: false, dialect };
    const tap = createStreamTap({ operation: operations[family], ...options })!;
    const sent = [...tap.push(bytes), ...tap.end(), tap.terminal()];
    const { fails, input, output } = stream.says;
    if (fails !== undefined) {
      expect(tap.facts.error).toMatchObject({ status: fails });
      return;
    }
    expect(tap.facts.error).toBeUndefined();
    const { usage } = tap.facts;
    if (input !== undefined)
      expect(usage && [promptTokensOf(usage), completionTokensOf(usage)]).toEqual([input, output]);
    const again = foldEvents(decode(family, [Buffer.concat(sent)]));
    expect(sayingOf(again)).toMatchObject(expectedOf(stream.says));
  });

  describe.each(families.filter((door) => door !== family))('for clients of %s', (door) => {
    it.each(vendors[family].filter(({ says }) => says.fails === undefined))('$name', (stream) => {
      const events = decode(family, [toWire(family, stream)]);
      const request = { ...emptyRequest, reasoning: { includesText: true } };
      const codec = findClientCodec(door)!;
      const asked = contextOf(operations[door], { request });
      const context = { ...asked, path: { ...asked.path, isStream: true, search: '?alt=sse' } };
      const shown = encodeStream(codec.createStreamEncoder(context), events);
      const again = sayingOf(foldEvents(decode(door, [Buffer.from(shown)])));
      const { text, thoughts, calls, input, cached, output } = expectedOf(stream.says);
      const figures = input === undefined ? {} : { input, cached, output };
      // A picture may be shown as text where a protocol has none in its answers.
      const isPlain = stream.says.pictures === undefined;
      expect(again).toMatchObject({ thoughts, calls, ...figures, ...(isPlain && { text }) });
      expect(again.text).toContain(text);
      if (door !== 'gemini') expect(again.text).toContain(stream.says.spoken ?? '');
      // Only addresses have a form everywhere, and each may be named once only.
      const { sources = [], found = [] } = stream.says;
      const named = door === 'gemini' ? [...sources, ...found] : sources;
      expect(addressesOf(again.sources ?? [])).toEqual(addressesOf(named));
    });
  });
});

function addressesOf(sources: readonly string[]): ReadonlySet<string> {
  return new Set(sources.filter((source) => /^https?:/.test(source)));
}

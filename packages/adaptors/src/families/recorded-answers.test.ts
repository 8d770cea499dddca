import { describe, expect, it } from '@jest/globals';
import type {
  CanonicalResponse,
  Family,
  FinishReason,
  Part,
  StreamEvent,
  Operation,
} from '@turnpike/core';
import type { PathFacts, TranslationContext } from '../translation.ts';
import { foldEvents } from '../translate/event-folder.ts';
import { createStreamTap } from './create-stream-tap.ts';
import { findClientCodec, findUpstreamCodec } from './index.ts';
import { checkGrammar, decodeStream, encodeStream } from './testing/decode-stream.ts';
import { hasRecorded, listRecorded, readRecordedStream } from './testing/recorded.ts';

/** Folders of recorded streams, and the family that each is of. */
const folders: Readonly<Record<string, Family>> = {
  alibaba: 'openai-chat',
  'deepseek/chat': 'openai-chat',
  mistral: 'openai-chat',
  moonshotai: 'openai-chat',
  'openai/chat': 'openai-chat',
  'openai-compatible/chat': 'openai-chat',
  perplexity: 'openai-chat',
  xai: 'openai-chat',
  anthropic: 'anthropic',
  azure: 'openai-responses',
  'open-responses/responses': 'openai-responses',
  'openai/responses': 'openai-responses',
  'xai/responses': 'openai-responses',
  google: 'gemini',
};
const streams = Object.entries(folders).flatMap(([folder, family]) =>
  listRecorded([folder])
    .filter((file) => file.endsWith('.chunks.txt'))
    .map((file) => ({ file, family })),
);

const dialect = { streamUsage: 'always' } as const;

interface Door {
  operation: Operation;
  /** The shortest request that asks for all that an answer may show. */
  body: Record<string, unknown>;
}
const doors: Readonly<Record<Family, Door>> = {
  'openai-chat': {
    operation: 'chat',
    body: { model: 'm', messages: [{ role: 'user', content: 'Hi' }] },
  },
  'openai-responses': { operation: 'responses', body: { model: 'm', input: 'Hi' } },
  anthropic: {
    operation: 'messages',
    body: { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] },
  },
  gemini: {
    operation: 'generate-content',
    body: {
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      generationConfig: { thinkingConfig: { includeThoughts: true } },
    },
  },
};
const doorNames = Object.keys(doors) as Family[];

function bytesOf(file: string, family: Family): Buffer {
  return readRecordedStream(file, family === 'anthropic' || family === 'openai-responses');
}

function decode(family: Family, pieces: readonly Buffer[]): StreamEvent[] {
  const events = decodeStream(findUpstreamCodec(family)!.createStreamDecoder(dialect), pieces);
  // Google does not say when an answer was made: our clock does.
  return events.map((event) => (event.type === 'start' ? { ...event, createdAt: 0 } : event));
}

function relay(family: Family, pieces: readonly Buffer[]): string {
  const { operation } = doors[family];
  const options = { operation, dialect, isEventStream: true, isStream: true, hideUsage: false };
  const tap = createStreamTap(options)!;
  const sent = pieces.flatMap((piece) => [...tap.push(piece)]);
  return Buffer.concat([...sent, ...tap.end(), tap.terminal()]).toString();
}

function contextOf(door: Family): TranslationContext {
  const { operation, body } = doors[door];
  const search = door === 'gemini' ? '?alt=sse' : '';
  // With all of Anthropic's figures.
  const headers = { 'anthropic-version': '2026-10-21' };
  const path: PathFacts = { operation, model: 'm', isStream: true, search, headers };
  const request = findClientCodec(door)!.decodeRequest(body, path);
  return {
    request: { ...request, wantsStreamUsage: true },
    path,
    requestId: 'q',
    model: 'm',
    seal: ({ value }) => `gw1.${value}`,
  };
}

/** What every client can be shown of an answer. */
function gist({ candidates, usage }: CanonicalResponse, hasUsage = usage !== undefined) {
  return {
    candidates: candidates.map(({ index, parts, finish }) => ({
      index,
      text: parts
        .map((part) => ('text' in part && part.kind !== 'reasoning' ? part.text : ''))
        .join(''),
      // Paragraphs are joined differently by every protocol.
      thoughts: parts.map(thoughtsOf).join('').replace(/\s+/g, ''),
      calls: parts.flatMap((part) =>
        part.kind === 'tool-call' && part.tool !== 'hosted'
          ? [{ name: part.name, args: argumentsOf(part) }]
          : [],
      ),
      finish: endings[finish.reason] ?? 'stop',
    })),
    // What was not reported, some protocols have to guess.
    ...(hasUsage && { input: usage?.input, output: usage?.output }),
  };
}

/** Kinds of endings that every protocol can tell apart. */
const endings: Readonly<Partial<Record<FinishReason, string>>> = {
  'tool-calls': 'calls',
  length: 'length',
  'context-window': 'length',
  'content-filter': 'filter',
  refusal: 'filter',
};

function thoughtsOf(part: Part): string {
  if (part.kind !== 'reasoning') return '';
  return part.text ?? (part.summary ?? []).join('');
}

function argumentsOf(part: Extract<Part, { kind: 'tool-call' }>): unknown {
  if (part.tool === 'custom') return { input: part.input };
  return JSON.parse(part.argumentsJson === '' ? '{}' : (part.argumentsJson ?? '{}'));
}

/** Every byte by itself, so that each place where a stream can be cut is cut. */
function singleBytes(bytes: Buffer): Buffer[] {
  return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}

/** Places where a cut is most likely to hurt: at line ends, inside characters, inside escapes, inside field names. */
function sorePlaces(bytes: Buffer): number[] {
  const text = bytes.toString('latin1');
  const patterns = [/\r?\n/g, /[\xc0-\xff]/g, /\\["\\nu]/g, /data:/g];
  return patterns.flatMap((pattern) => {
    const found = [...text.matchAll(pattern)].map(({ index }) => index + 1);
    // The first few, and a few from everywhere.
    const step = Math.max(1, Math.floor(found.length / 6));
    return found.filter((_, at) => at < 3 || at % step === 0);
  });
}

(hasRecorded ? describe : describe.skip)('recorded streams of every vendor', () => {
  it('are there', () => {
    expect(streams.length).toBeGreaterThan(70);
  });

  it.each(streams)('$file says the same wherever it is cut', ({ file, family }) => {
    const bytes = bytesOf(file, family);
    const events = decode(family, [bytes]);
    checkGrammar(events);
    // As text: thousands of events are compared many times.
    const whole = JSON.stringify(events);
    expect(JSON.stringify(decode(family, singleBytes(bytes)))).toBe(whole);
    const relayed = relay(family, [bytes]);
    expect(relay(family, singleBytes(bytes))).toBe(relayed);
    for (const at of sorePlaces(bytes)) {
      const pieces = [bytes.subarray(0, at), bytes.subarray(at)];
      expect(JSON.stringify(decode(family, pieces))).toBe(whole);
      expect(relay(family, pieces)).toBe(relayed);
    }
  });

  describe.each(doorNames)('at the door of %s', (door) => {
    it.each(streams)('$file says as a stream what it says whole', ({ file, family }) => {
      const events = decode(family, [bytesOf(file, family)]);
      if (events.some(({ type }) => type === 'error')) return;
      const said = foldEvents(events.map(withoutLastWord));
      const codec = findClientCodec(door)!;

      const stream = encodeStream(codec.createStreamEncoder(contextOf(door)), events);
      const { body } = codec.encodeResponse(said, contextOf(door));

      const streamed = foldEvents(decode(door, [Buffer.from(stream)]));
      const whole = findUpstreamCodec(door)!.decodeResponse(body, dialect);
      const hasUsage = said.usage !== undefined;
      expect(gist(streamed, hasUsage)).toEqual(gist(said));
      expect(gist(whole, hasUsage)).toEqual(gist(said));
    });
  });
});

/** What was streamed counts: one recording's last event has another text than its deltas. */
function withoutLastWord(event: StreamEvent): StreamEvent {
  if (event.type !== 'end' || event.final?.kind !== 'text') return event;
  const { type, candidate, part } = event;
  return { type, candidate, part };
}

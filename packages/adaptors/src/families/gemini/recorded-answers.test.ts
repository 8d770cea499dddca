import { describe, expect, it } from '@jest/globals';
import type { CanonicalResponse, Family, Part, StreamEvent, Usage } from '@turnpike/core';
import type { PathFacts, TranslationContext } from '../../translation.ts';
import { correctFinish } from '../../translate/correct-finish.ts';
import { foldEvents } from '../../translate/event-folder.ts';
import { SseReader } from '../../wire/sse-reader.ts';
import { findUpstreamCodec } from '../index.ts';
import { hasRecorded, listRecorded, readRecordedStream } from '../testing/recorded.ts';
import { geminiClientCodec } from './client-codec.ts';
import { encodeFinish } from './finish.ts';

/** Folders of recorded streams, and the family that each is of. */
const folders: Readonly<Record<string, { family: Family; withEvents?: boolean }>> = {
  alibaba: { family: 'openai-chat' },
  'deepseek/chat': { family: 'openai-chat' },
  groq: { family: 'openai-chat' },
  mistral: { family: 'openai-chat' },
  moonshotai: { family: 'openai-chat' },
  'openai/chat': { family: 'openai-chat' },
  perplexity: { family: 'openai-chat' },
  togetherai: { family: 'openai-chat' },
  anthropic: { family: 'anthropic', withEvents: true },
  'openai/responses': { family: 'openai-responses', withEvents: true },
  azure: { family: 'openai-responses', withEvents: true },
  google: { family: 'gemini' },
};

const dialect = { streamUsage: 'always' } as const;
const path: PathFacts = {
  operation: 'generate-content',
  model: 'm',
  isStream: true,
  search: '?alt=sse',
  headers: {},
};

function decode(family: Family, stream: Buffer): StreamEvent[] {
  const decoder = findUpstreamCodec(family)!.createStreamDecoder(dialect);
  const reader = new SseReader();
  const frames = [...reader.push(stream), ...reader.end()];
  return [...frames.flatMap((frame) => [...decoder.push(frame)]), ...decoder.end()];
}

function encode(events: readonly StreamEvent[]): Buffer {
  const context: TranslationContext = {
    request: geminiClientCodec.decodeRequest(
      { contents: [], generationConfig: { thinkingConfig: { includeThoughts: true } } },
      path,
    ),
    path,
    requestId: 'q',
    model: 'm',
    seal: ({ value }) => `gw1.${value}`,
  };
  const encoder = geminiClientCodec.createStreamEncoder(context);
  return Buffer.concat([
    ...events.flatMap((event) => [...encoder.push(event)]),
    encoder.terminal(),
  ]);
}

/** What every client can be shown of an answer. */
function gist({ candidates, usage }: CanonicalResponse) {
  return {
    candidates: candidates.map(({ index, parts, finish }) => ({
      index,
      text: parts
        .map((part) => ('text' in part && part.kind !== 'reasoning' ? part.text : ''))
        .join(''),
      thoughts: parts.map(thoughtsOf).join(''),
      calls: parts.flatMap((part) =>
        part.kind === 'tool-call' && part.tool !== 'hosted'
          ? [{ name: part.name, args: argumentsOf(part) }]
          : [],
      ),
      finish: encodeFinish(correctFinish({ reason: finish.reason }, false)),
    })),
    usage: usage && withoutUnsaid(usage),
  };
}

/** Google's figures have no place for searches, nor for other models. */
function withoutUnsaid({ webSearches: _, otherModels: __, ...usage }: Usage): Usage {
  return usage;
}

function thoughtsOf(part: Part): string {
  if (part.kind !== 'reasoning') return '';
  return part.text ?? (part.summary ?? []).join('\n\n');
}

function argumentsOf(part: Extract<Part, { kind: 'tool-call' }>): unknown {
  if (part.tool === 'custom') return { input: part.input };
  return JSON.parse(part.argumentsJson === '' ? '{}' : (part.argumentsJson ?? '{}'));
}

const recorded = hasRecorded ? describe : describe.skip;

recorded('recorded streams of every vendor, at the Gemini door', () => {
  const streams = Object.entries(folders).flatMap(([folder, facts]) =>
    listRecorded([folder])
      .filter((file) => file.endsWith('.chunks.txt'))
      .map((file) => ({ file, ...facts })),
  );

  it('are there', () => {
    expect(streams.length).toBeGreaterThan(40);
  });

  it.each(streams)('$file', ({ file, family, withEvents }) => {
    const events = decode(family, readRecordedStream(file, withEvents));
    if (events.some(({ type }) => type === 'error')) return;
    const said = foldEvents(events.map(withoutLastWord));
    const again = foldEvents(decode('gemini', encode(events)));

    expect(gist(again)).toEqual(gist(said));
  });
});

/** What was streamed counts: one recording's last event has another text than its deltas. */
function withoutLastWord(event: StreamEvent): StreamEvent {
  if (event.type !== 'end' || event.final?.kind !== 'text') return event;
  const { type, candidate, part } = event;
  return { type, candidate, part };
}

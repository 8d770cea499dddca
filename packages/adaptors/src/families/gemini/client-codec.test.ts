import { describe, expect, it } from '@jest/globals';
import {
  errors,
  type CanonicalResponse,
  type JsonRecord,
  type OpaqueState,
  type StreamEvent,
} from '@turnpike/core';
import type { PathFacts, TranslationContext } from '../../translation.ts';
import { foldEvents } from '../../translate/event-folder.ts';
import { replayResponse } from '../../translate/replay-response.ts';
import { SseReader } from '../../wire/sse-reader.ts';
import { geminiClientCodec } from './client-codec.ts';
import { decodeGeminiResponse } from './decode-response.ts';
import { createGeminiStreamDecoder } from './stream-decoder.ts';

const dialect = { streamUsage: 'always' } as const;
const sse: PathFacts = {
  operation: 'generate-content',
  model: 'm1',
  isStream: true,
  search: '?alt=sse',
  headers: {},
};

function contextOf(path: PathFacts = sse, includeThoughts = true): TranslationContext {
  const body = {
    contents: [],
    generationConfig: { thinkingConfig: { includeThoughts } },
  };
  return {
    request: geminiClientCodec.decodeRequest(body, path),
    path,
    requestId: 'q',
    model: 'm1',
    seal: ({ family, value }: OpaqueState) => `gw1.${family}.${value}`,
  };
}

/** What a model of Anthropic's said: thoughts that are signed, words with a source, two calls. */
const answer: CanonicalResponse = {
  id: '7f',
  model: 'claude',
  createdAt: 1_790_000_000,
  extras: {},
  losses: [],
  usage: {
    input: { uncached: 56, cacheRead: 64, cacheWrite: 0 },
    output: { text: 32, reasoning: 8 },
    source: 'reported',
  },
  candidates: [
    {
      index: 0,
      parts: [
        {
          kind: 'reasoning',
          text: 'Two cities.',
          state: [{ family: 'anthropic', kind: 'signature', value: 'sig' }],
        },
        {
          kind: 'text',
          text: 'Zölle: let me check.',
          annotations: [{ kind: 'url', url: 'https://a.example', title: 'A', start: 0, end: 5 }],
        },
        call('call_a', '{"city":"Paris"}'),
        call('call_b', ''),
      ],
      finish: { reason: 'stop' },
    },
  ],
};

function call(callId: string, argumentsJson: string) {
  return {
    kind: 'tool-call',
    callId,
    name: 'get_weather',
    tool: 'function',
    argumentsJson,
  } as const;
}

const capsule = Buffer.from('gw1.anthropic.sig').toString('base64');

const usageMetadata = {
  promptTokenCount: 120,
  cachedContentTokenCount: 64,
  candidatesTokenCount: 32,
  thoughtsTokenCount: 8,
  totalTokenCount: 160,
};

describe('encodeResponse', () => {
  it('writes what the model said, with foreign state on the call that it led to', () => {
    const { body, losses } = geminiClientCodec.encodeResponse(answer, contextOf());

    expect(losses).toEqual([]);
    expect(body).toMatchObject({
      modelVersion: 'm1',
      responseId: '7f',
      createTime: '2026-09-21T14:13:20.000Z',
      usageMetadata,
      candidates: [
        {
          index: 0,
          finishReason: 'STOP',
          content: {
            role: 'model',
            parts: [
              { text: 'Two cities.', thought: true },
              { text: 'Zölle: let me check.' },
              {
                functionCall: { id: 'call_a', name: 'get_weather', args: { city: 'Paris' } },
                thoughtSignature: capsule,
              },
              { functionCall: { id: 'call_b', name: 'get_weather', args: {} } },
            ],
          },
          groundingMetadata: {
            groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }],
            groundingSupports: [
              {
                segment: { partIndex: 1, startIndex: 0, endIndex: 6, text: 'Zölle' },
                groundingChunkIndices: [0],
              },
            ],
          },
        },
      ],
    });
  });

  it('keeps thoughts from clients that did not ask for them, but not their state', () => {
    const { body } = geminiClientCodec.encodeResponse(answer, contextOf(sse, false));
    const text = JSON.stringify(body);

    expect(text).not.toContain('Two cities.');
    expect(text).toContain(capsule);
  });

  it('gives a refused prompt back as it came', () => {
    const refused = {
      promptFeedback: { blockReason: 'SAFETY' },
      usageMetadata: { promptTokenCount: 6, totalTokenCount: 6 },
      responseId: 'r',
    };
    const { body } = geminiClientCodec.encodeResponse(
      decodeGeminiResponse(refused, dialect),
      contextOf(),
    );

    expect(body).toMatchObject({ promptFeedback: { blockReason: 'SAFETY' }, responseId: 'r' });
    expect(body).not.toHaveProperty('candidates');
  });

  it.each([
    ['content-filter', 'SAFETY'],
    ['length', 'MAX_TOKENS'],
    ['context-window', 'MAX_TOKENS'],
    ['refusal', 'SAFETY'],
    ['pause', 'CONTINUATION'],
    ['tool-calls', 'STOP'],
    ['malformed-call', 'MALFORMED_FUNCTION_CALL'],
  ] as const)('says %s as %s', (reason, raw) => {
    const candidates = [{ index: 0, parts: [], finish: { reason } }];
    const { body } = geminiClientCodec.encodeResponse({ ...answer, candidates }, contextOf());

    expect(body).toMatchObject({ candidates: [{ finishReason: raw }] });
  });
});

function encode(events: readonly StreamEvent[], path = sse, includeThoughts = true): string {
  const encoder = geminiClientCodec.createStreamEncoder(contextOf(path, includeThoughts));
  const pushed = events.flatMap((event) => [...encoder.push(event)]);
  return Buffer.concat([...pushed, encoder.terminal()]).toString();
}

describe('createStreamEncoder', () => {
  it('writes a stream that says the same as the whole answer', () => {
    const stream = encode(replayResponse(answer));
    const decoder = createGeminiStreamDecoder(dialect);
    const frames = new SseReader().push(Buffer.from(stream));
    const streamed = foldEvents([
      ...frames.flatMap((frame) => [...decoder.push(frame)]),
      ...decoder.end(),
    ]);
    const { body } = geminiClientCodec.encodeResponse(answer, contextOf());
    const whole = decodeGeminiResponse(body, dialect);

    expect(frames.length).toBe(5);
    expect({ ...streamed, candidates: [] }).toEqual({ ...whole, candidates: [] });
    const partsOf = (response: CanonicalResponse) =>
      response.candidates[0]!.parts.map((part) => ({ ...part, annotations: undefined }));
    expect(partsOf(streamed)).toEqual(partsOf(whole));
    expect(streamed.candidates[0]?.finish).toEqual(whole.candidates[0]?.finish);
    expect(streamed.usage).toEqual(answer.usage);
  });

  it('sends words as they come, arguments whole, and reason and figures last', () => {
    const place = { candidate: 0, part: 0 };
    const encoder = geminiClientCodec.createStreamEncoder(contextOf());
    const push = (event: StreamEvent) => Buffer.concat([...encoder.push(event)]).toString();
    push({ type: 'start', id: 'x', model: 'm', createdAt: 0 });
    push({
      type: 'part',
      ...place,
      header: { kind: 'tool-call', callId: 'a', name: 'f', tool: 'function' },
    });

    expect(push({ type: 'arguments', ...place, delta: '{"a"' })).toBe('');
    expect(push({ type: 'arguments', ...place, delta: ':1}' })).toBe('');
    expect(push({ type: 'end', ...place })).toContain('"args":{"a":1}');
    expect(push({ type: 'finish', candidate: 0, finish: { reason: 'tool-calls' } })).toBe('');
    expect(encoder.terminal().toString()).toBe(
      `data: ${JSON.stringify({
        candidates: [
          {
            content: { role: 'model', parts: [{ text: '' }] },
            finishReason: 'STOP',
            index: 0,
          },
        ],
        modelVersion: 'm1',
        responseId: 'x',
      })}\n\n`,
    );
  });

  it('gives state that no call took a part of its own in the last frame', () => {
    const [{ parts, ...rest }] = answer.candidates as [CanonicalResponse['candidates'][number]];
    const words = { ...answer, candidates: [{ ...rest, parts: parts.slice(0, 2) }] };
    const last = encode(replayResponse(words)).trim().split('\n\n').at(-1)!;

    expect(last).toContain(`"parts":[{"text":"","thoughtSignature":"${capsule}"}]`);
  });

  it('is one JSON array for clients that did not ask for events', () => {
    const array = { ...sse, search: '?key=x' };
    const items = JSON.parse(encode(replayResponse(answer), array)) as JsonRecord[];

    expect(items).toHaveLength(5);
    expect(items.at(-1)).toMatchObject({ usageMetadata });
    expect(geminiClientCodec.streamContentType?.(array)).toMatch(/^application\/json/);
    expect(geminiClientCodec.streamContentType?.(sse)).toBe('text/event-stream');
  });
});

describe('the end of a stream that has begun', () => {
  const hello = { candidates: [{ content: { parts: [{ text: 'Hello' }] } }] };
  const context = { requestId: 'q', isChinese: false };

  it('closes the JSON array behind an error', () => {
    const path = { ...sse, search: '' };
    const failed = geminiClientCodec.encodeStreamError(errors.upstreamTimeout(), {
      ...context,
      path,
    });

    expect(JSON.parse(`[${JSON.stringify(hello)}\n\n${failed.toString()}`)).toMatchObject([
      hello,
      { error: { code: 504, status: 'DEADLINE_EXCEEDED' } },
    ]);
  });

  it('is an event elsewhere: an error, or the budget', () => {
    const failed = geminiClientCodec.encodeStreamError(errors.upstreamTimeout(), context);
    const cut = geminiClientCodec.encodeBudgetCut('m1').toString();

    expect(failed.toString()).toMatch(/^data: \{"error":.*\}\n\n$/);
    expect(JSON.parse(cut.slice('data: '.length))).toMatchObject({
      candidates: [{ finishReason: 'MAX_TOKENS' }],
      modelVersion: 'm1',
    });
  });
});

describe('encodeError', () => {
  const encodeError = (error: ReturnType<typeof errors.keyUnknown>) => {
    const { body, ...rest } = geminiClientCodec.encodeError(error, {
      requestId: 'q-1',
      isChinese: false,
    });
    return { ...rest, body: JSON.parse(body.toString()) as { error: JsonRecord } };
  };

  it.each([
    [errors.keyUnknown(), 401, 'UNAUTHENTICATED'],
    [errors.userQuotaExhausted(), 403, 'RESOURCE_EXHAUSTED'],
    [errors.modelNotAllowed({ model: 'm' }), 403, 'PERMISSION_DENIED'],
    [errors.modelNotFound({ model: 'm', group: 'g' }), 404, 'NOT_FOUND'],
    [errors.noChannelAvailable({ model: 'm' }), 503, 'UNAVAILABLE'],
    [errors.notImplemented(), 501, 'UNIMPLEMENTED'],
    [errors.internalError(), 500, 'INTERNAL'],
  ])('says %s in the words of Google', (error, code, status) => {
    const encoded = encodeError(error);

    expect(encoded.status).toBe(code);
    expect(encoded.body.error).toMatchObject({ code, status });
    expect(encoded.body.error['message']).toContain('(request id: q-1)');
  });

  it('names the field that is wrong, and how long to wait', () => {
    expect(
      encodeError(errors.invalidRequest({ param: 'contents' })).body.error['details'],
    ).toContainEqual({
      '@type': 'type.googleapis.com/google.rpc.BadRequest',
      fieldViolations: [{ field: 'contents' }],
    });
    const limited = encodeError(errors.rateLimitExceeded({ retryAfterMs: 1500 }));
    expect(limited.body.error['details']).toContainEqual({
      '@type': 'type.googleapis.com/google.rpc.RetryInfo',
      retryDelay: '1.5s',
    });
    expect(limited.headers).toEqual(expect.arrayContaining(['retry-after', '2', 'x-should-retry']));
  });
});

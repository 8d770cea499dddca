import { describe, expect, it } from '@jest/globals';
import { promptTokensOf, type JsonRecord, type Operation } from '@turnpike/core';
import type { EncodeTarget, OperationBridge, PathFacts } from '../../translation.ts';
import { embeddingBridges } from './embedding-bridges.ts';

function find(from: Operation, to: Operation, providerId?: string): OperationBridge {
  const found = embeddingBridges.find(
    (bridge) => bridge.from === from && bridge.to === to && bridge.providerId === providerId,
  );
  if (found === undefined) throw new Error(`no bridge from ${from} to ${to}`);
  return found;
}

const target: EncodeTarget = {
  model: 'up',
  dialect: { streamUsage: 'never' },
  config: {},
  scope: '',
};
const path: PathFacts = { operation: 'embeddings', search: '', headers: {} };

function carry(bridge: OperationBridge, body: JsonRecord, answer: JsonRecord) {
  const sent = bridge.encodeRequest(body, target, path).body;
  const context = { body, model: 'asked', dialect: target.dialect, requestId: 'q' };
  return { sent, ...bridge.decodeResponse(answer, context) };
}

const ask = { model: 'asked', input: ['a', 'b'], dimensions: 2, input_type: 'search_query' };
const one = [0.5, 0.25];
const two = [1, -2];
const list = [
  { object: 'embedding', index: 0, embedding: one },
  { object: 'embedding', index: 1, embedding: two },
];

describe('embeddings for clients of OpenAI', () => {
  it.each<[string, OperationBridge, JsonRecord, JsonRecord, number | undefined]>([
    [
      'Gemini',
      find('embeddings', 'batch-embed-contents'),
      {
        requests: ['a', 'b'].map((text) => ({
          model: 'models/up',
          content: { parts: [{ text }] },
          taskType: 'RETRIEVAL_QUERY',
          outputDimensionality: 2,
        })),
      },
      { embeddings: [{ values: one }, { values: two }] },
      undefined,
    ],
    [
      'Vertex AI',
      find('embeddings', 'embeddings', 'vertex-ai'),
      {
        instances: ['a', 'b'].map((content) => ({ content, task_type: 'RETRIEVAL_QUERY' })),
        parameters: { outputDimensionality: 2, autoTruncate: true },
      },
      {
        predictions: [
          { embeddings: { values: one, statistics: { token_count: 2, truncated: false } } },
          { embeddings: { values: two, statistics: { token_count: 3, truncated: false } } },
        ],
      },
      5,
    ],
    [
      'Cohere',
      find('embeddings', 'embeddings', 'cohere'),
      {
        model: 'up',
        texts: ['a', 'b'],
        input_type: 'search_query',
        embedding_types: ['float'],
        truncate: 'END',
        output_dimension: 2,
      },
      { embeddings: { float: [one, two] }, meta: { billed_units: { input_tokens: 4 } } },
      4,
    ],
    [
      'Ollama',
      find('embeddings', 'embeddings', 'ollama'),
      { model: 'up', input: ['a', 'b'], dimensions: 2 },
      { embeddings: [one, two], prompt_eval_count: 3 },
      3,
    ],
  ])('come from %s', (_title, bridge, expected, answer, tokens) => {
    const { sent, body, usage } = carry(bridge, ask, answer);

    expect(sent).toEqual(expected);
    expect(body).toMatchObject({ object: 'list', model: 'asked', data: list });
    expect(usage === undefined ? undefined : promptTokensOf(usage)).toBe(tokens);
    expect(body['usage']).toEqual({ prompt_tokens: tokens ?? 1, total_tokens: tokens ?? 1 });
  });

  it('come in the form that was asked for', () => {
    const bridge = find('embeddings', 'embeddings', 'ollama');
    const { body } = carry(
      bridge,
      { input: 'a', encoding_format: 'base64' },
      { embeddings: [one] },
    );
    const [{ embedding }] = body['data'] as [{ embedding: string }];
    const bytes = Buffer.from(embedding, 'base64');

    expect([bytes.readFloatLE(0), bytes.readFloatLE(4)]).toEqual(one);
  });

  it('are refused for tokens, which mean nothing to other vendors', () => {
    const bridge = find('embeddings', 'batch-embed-contents');

    expect(() => bridge.encodeRequest({ input: [1, 2] }, target, path)).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });

  it.each<[string, JsonRecord]>([
    ['too few vectors', { embeddings: [one] }],
    ['something else', { embeddings: 'x' }],
    ['nothing', {}],
  ])('are not made up from an answer with %s', (_title, answer) => {
    expect(() => carry(find('embeddings', 'embeddings', 'ollama'), ask, answer)).toThrow(
      expect.objectContaining({ code: 'bad_upstream_response' }),
    );
  });
});

describe('embeddings for clients of Gemini', () => {
  const answer = { data: list, usage: { prompt_tokens: 4, total_tokens: 4 } };
  const content = (text: string) => ({ parts: [{ text }] });

  it('come from OpenAI, one', () => {
    const { sent, body, usage } = carry(
      find('embed-content', 'embeddings'),
      { content: content('a'), outputDimensionality: 2, taskType: 'CLUSTERING' },
      { ...answer, data: list.slice(0, 1) },
    );

    expect(sent).toEqual({ model: 'up', input: ['a'], encoding_format: 'float', dimensions: 2 });
    expect(body).toEqual({ embedding: { values: one }, usageMetadata: { promptTokenCount: 4 } });
    expect(promptTokensOf(usage!)).toBe(4);
  });

  it('come from OpenAI, many, in base64 too', () => {
    const bytes = Buffer.alloc(8);
    bytes.writeFloatLE(0.5, 0);
    bytes.writeFloatLE(0.25, 4);
    const { sent, body } = carry(
      find('batch-embed-contents', 'embeddings'),
      { requests: [{ content: content('a') }, { content: content('b') }] },
      { data: [{ embedding: bytes.toString('base64') }, { embedding: two }] },
    );

    expect(sent['input']).toEqual(['a', 'b']);
    expect(body).toEqual({ embeddings: [{ values: one }, { values: two }] });
  });

  it('come from Cohere in its own words for what they are for', () => {
    const bridge = find('embed-content', 'embeddings', 'cohere');
    const { body } = bridge.encodeRequest(
      { content: content('a'), taskType: 'RETRIEVAL_DOCUMENT' },
      target,
      path,
    );

    expect(body['input_type']).toBe('search_document');
  });

  it('are refused for pictures', () => {
    const body = { content: { parts: [{ inlineData: { mimeType: 'image/png', data: '' } }] } };

    expect(() => find('embed-content', 'embeddings').encodeRequest(body, target, path)).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});

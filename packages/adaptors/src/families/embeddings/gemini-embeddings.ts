import { promptTokensOf, type JsonRecord, type Usage } from '@turnpike/core';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject } from '../../wire/json-object.ts';
import { member, numberMember, objectMember, textMember } from '../gemini/member.ts';
import { readGeminiUsage } from '../gemini/usage.ts';
import { refuse } from '../openai-chat/refuse.ts';
import { toGooglePurpose } from './purpose.ts';
import type { EmbeddingClient, EmbeddingRequest, EmbeddingUpstream } from './embedding.ts';
import { readVectors } from './vector.ts';

/** Gemini clients with one content. */
export const geminiEmbeddingClient: EmbeddingClient = {
  operation: 'embed-content',
  decode: (body) => ({ inputs: [readText(body, 'content')], ...readSettings(body) }),
  encode: ({ vectors, usage }) => ({
    embedding: { values: vectors[0] ?? [] },
    ...usageMember(usage),
  }),
};

/** Gemini clients with many. What the first asks for is asked for all: other protocols know one setting only. */
export const geminiBatchEmbeddingClient: EmbeddingClient = {
  operation: 'batch-embed-contents',
  decode(body) {
    const requests = asArray(body['requests']);
    return {
      inputs: requests.map((request, index) => readText(request, `requests[${index}].content`)),
      ...readSettings(requests[0]),
    };
  },
  encode: ({ vectors, usage }) => ({
    embeddings: vectors.map((values) => ({ values })),
    ...usageMember(usage),
  }),
};

function usageMember(usage: Usage | undefined): JsonRecord {
  return usage === undefined ? {} : { usageMetadata: { promptTokenCount: promptTokensOf(usage) } };
}

function readText(request: unknown, at: string): string {
  const parts = asArray(member(objectMember(request, 'content'), 'parts'));
  const texts = parts.flatMap((part) => {
    const text = asObject(part)?.['text'];
    return typeof text === 'string' ? text : [];
  });
  if (parts.length === 0 || texts.length < parts.length)
    throw refuse(
      at,
      'must have parts of text: this model embeds text only',
      '必须由文本部分组成：该模型只能嵌入文本',
    );
  return texts.join('\n');
}

function readSettings(request: unknown): Omit<EmbeddingRequest, 'inputs'> {
  // Newer models have them in an object of their own.
  const config = objectMember(request, 'embedContentConfig') ?? request;
  return defined({
    dimensions: numberMember(config, 'outputDimensionality'),
    purpose: textMember(config, 'taskType'),
    title: textMember(config, 'title'),
  });
}

/** Google's own API, which takes many contents at once. */
export const geminiEmbeddingUpstream: EmbeddingUpstream = {
  operation: 'batch-embed-contents',

  encode({ inputs, dimensions, purpose, title }, { model }) {
    const settings = defined({
      taskType: purpose === undefined ? undefined : toGooglePurpose(purpose),
      title,
      outputDimensionality: dimensions,
    });
    const name = model.includes('/') ? model : `models/${model}`;
    const requests = inputs.map((text) => ({
      model: name,
      content: { parts: [{ text }] },
      ...settings,
    }));
    return { body: { requests }, losses: [] };
  },

  decode(answer) {
    const vectors = readVectors(
      asArray(answer['embeddings']).map((item) => asObject(item)?.['values']),
    );
    return vectors === undefined || vectors.length === 0
      ? undefined
      : { vectors, usage: readGeminiUsage(answer) };
  },
};

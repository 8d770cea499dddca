import { promptTokensOf } from '@turnpike/core';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject } from '../../wire/json-object.ts';
import { refuse } from '../openai-chat/refuse.ts';
import { readUsage } from '../openai-chat/read-usage.ts';
import type { EmbeddingClient, EmbeddingUpstream } from './embedding.ts';
import { encodeVector, readVector } from './vector.ts';

/** Clients of OpenAI's. Tokens instead of text mean something to OpenAI's own models only. */
export const openAiEmbeddingClient: EmbeddingClient = {
  operation: 'embeddings',

  decode(body) {
    const { dimensions, input_type: inputType, task, title } = body;
    return {
      inputs: readInputs(body['input']),
      ...defined({
        dimensions: typeof dimensions === 'number' ? dimensions : undefined,
        purpose: [inputType, task].find((value) => typeof value === 'string'),
        title: typeof title === 'string' ? title : undefined,
      }),
    };
  },

  encode({ vectors, usage }, { body, model, request }) {
    const isBase64 = body['encoding_format'] === 'base64';
    const tokens = usage === undefined ? guessTokens(request.inputs) : promptTokensOf(usage);
    return {
      object: 'list',
      data: vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: isBase64 ? encodeVector(vector) : vector,
      })),
      model,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    };
  },
};

function readInputs(input: unknown): readonly string[] {
  const list = Array.isArray(input) ? (input as unknown[]) : [input];
  if (!list.every((one) => typeof one === 'string'))
    throw refuse(
      'input',
      'must be text or a list of texts: this model takes no tokens',
      '必须是文本或文本列表：该模型不接受 token',
    );
  return list;
}

/** Shown where nothing was reported; the bill is made from a real count. */
function guessTokens(inputs: readonly string[]): number {
  return Math.ceil(inputs.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 4);
}

/** OpenAI's own wire, and that of everybody who copied it. */
export const openAiEmbeddingUpstream: EmbeddingUpstream = {
  operation: 'embeddings',

  encode({ inputs, dimensions }, { model }) {
    const body = { model, input: inputs, encoding_format: 'float', ...defined({ dimensions }) };
    return { body, losses: [] };
  },

  decode(answer) {
    const items = asArray(answer['data']).map(asObject);
    const vectors = items.map((item) => readVector(item?.['embedding']));
    if (vectors.length === 0 || vectors.some((vector) => vector === undefined)) return undefined;
    return { vectors: vectors.flatMap((vector) => [vector ?? []]), usage: readUsage(answer) };
  },
};

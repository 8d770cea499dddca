import { defined } from '../../wire/defined.ts';
import { promptUsage, type EmbeddingUpstream } from './embedding.ts';
import { readVectors } from './vector.ts';

/** Ollama's own API. */
export const ollamaEmbeddingUpstream: EmbeddingUpstream = {
  operation: 'embeddings',
  providerId: 'ollama',

  encode: ({ inputs, dimensions }, { model }) => ({
    body: { model, input: inputs, ...defined({ dimensions }) },
    losses: [],
  }),

  decode(answer) {
    const vectors = readVectors(answer['embeddings'] ?? [answer['embedding']]);
    return vectors === undefined || vectors.length === 0
      ? undefined
      : { vectors, usage: promptUsage(answer['prompt_eval_count']) };
  },
};

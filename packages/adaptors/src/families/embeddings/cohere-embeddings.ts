import { defined } from '../../wire/defined.ts';
import { asObject } from '../../wire/json-object.ts';
import { promptUsage, type EmbeddingUpstream } from './embedding.ts';
import { toCoherePurpose } from './purpose.ts';
import { readVectors } from './vector.ts';

/** Cohere wants to know what the vectors are for; documents, where nobody says. */
export const cohereEmbeddingUpstream: EmbeddingUpstream = {
  operation: 'embeddings',
  providerId: 'cohere',

  encode({ inputs, dimensions, purpose }, { model }) {
    const body = {
      model,
      texts: inputs,
      input_type: toCoherePurpose(purpose ?? 'search_document'),
      embedding_types: ['float'],
      truncate: 'END',
      ...defined({ output_dimension: dimensions }),
    };
    return { body, losses: [] };
  },

  decode(answer) {
    const { embeddings } = answer;
    // The first version of the API answered a plain list.
    const vectors = readVectors(asObject(embeddings)?.['float'] ?? embeddings);
    if (vectors === undefined || vectors.length === 0) return undefined;
    const billed = asObject(asObject(answer['meta'])?.['billed_units']);
    return { vectors, usage: promptUsage(billed?.['input_tokens']) };
  },
};

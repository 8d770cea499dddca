import { defined } from '../../wire/defined.ts';
import { asArray, asObject } from '../../wire/json-object.ts';
import { promptUsage, type EmbeddingUpstream } from './embedding.ts';
import { toGooglePurpose } from './purpose.ts';
import { readVectors } from './vector.ts';

/** Vertex AI asks for predictions, and counts the tokens of each. */
export const vertexEmbeddingUpstream: EmbeddingUpstream = {
  operation: 'embeddings',
  providerId: 'vertex-ai',

  encode({ inputs, dimensions, purpose, title }) {
    const settings = defined({
      task_type: purpose === undefined ? undefined : toGooglePurpose(purpose),
      title,
    });
    const parameters = { ...defined({ outputDimensionality: dimensions }), autoTruncate: true };
    const instances = inputs.map((content) => ({ content, ...settings }));
    return { body: { instances, parameters }, losses: [] };
  },

  decode(answer) {
    const items = asArray(answer['predictions']).map((item) =>
      asObject(asObject(item)?.['embeddings']),
    );
    const vectors = readVectors(items.map((item) => item?.['values']));
    if (vectors === undefined || vectors.length === 0) return undefined;
    const tokens = items.map((item) => asObject(item?.['statistics'])?.['token_count']);
    const total = tokens.reduce<number>(
      (sum, count) => sum + (typeof count === 'number' ? count : 0),
      0,
    );
    return { vectors, usage: promptUsage(total) };
  },
};

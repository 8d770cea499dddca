import { errors } from '@turnpike/core';
import type { OperationBridge } from '../../translation.ts';
import type { EmbeddingClient, EmbeddingUpstream } from './embedding.ts';
import { cohereEmbeddingUpstream } from './cohere-embeddings.ts';
import {
  geminiBatchEmbeddingClient,
  geminiEmbeddingClient,
  geminiEmbeddingUpstream,
} from './gemini-embeddings.ts';
import { ollamaEmbeddingUpstream } from './ollama-embeddings.ts';
import { openAiEmbeddingClient, openAiEmbeddingUpstream } from './openai-embeddings.ts';
import { vertexEmbeddingUpstream } from './vertex-embeddings.ts';

const clients = [openAiEmbeddingClient, geminiEmbeddingClient, geminiBatchEmbeddingClient];

const upstreams = [
  vertexEmbeddingUpstream,
  cohereEmbeddingUpstream,
  ollamaEmbeddingUpstream,
  geminiEmbeddingUpstream,
  openAiEmbeddingUpstream,
];

/** Every way from a client's protocol for embeddings to an upstream's that is another one. */
export const embeddingBridges: readonly OperationBridge[] = clients.flatMap((client) =>
  upstreams
    .filter(
      ({ operation, providerId }) => operation !== client.operation || providerId !== undefined,
    )
    .map((upstream) => createBridge(client, upstream)),
);

function createBridge(client: EmbeddingClient, upstream: EmbeddingUpstream): OperationBridge {
  const { providerId } = upstream;
  return {
    from: client.operation,
    to: upstream.operation,
    ...(providerId !== undefined && { providerId }),

    encodeRequest: (body, target) => ({
      ...upstream.encode(client.decode(body), target),
      headers: {},
    }),

    decodeResponse(answer, { body, model }) {
      const request = client.decode(body);
      const decoded = upstream.decode(answer);
      // One vector too few would move all that follow to the wrong text.
      if (decoded?.vectors.length !== request.inputs.length) throw errors.badUpstreamResponse();
      return { body: client.encode(decoded, { body, model, request }), usage: decoded.usage };
    },
  };
}

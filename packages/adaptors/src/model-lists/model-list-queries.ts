import type { ModelListQuery } from '@turnpike/core';
import type { Provider } from '../codec.ts';
import { findProvider } from '../providers/index.ts';
import { queryAnthropicModels } from './anthropic-models.ts';
import { queryAzureModels } from './azure-models.ts';
import { queryCohereModels } from './cohere-models.ts';
import { queryGeminiModels } from './gemini-models.ts';
import { queryOllamaModels } from './ollama-models.ts';
import { queryOpenAiModels } from './openai-models.ts';

/** The channel types whose upstreams list their models in their own way, by their ids. */
const queries: ReadonlyMap<number, (provider: Provider) => ModelListQuery> = new Map([
  [3, queryAzureModels],
  [11, queryGeminiModels],
  [14, queryAnthropicModels],
  [24, queryGeminiModels],
  [30, queryOllamaModels],
  [35, queryCohereModels],
]);

/** Those that have no list which can be asked for with a plain key: MiniMax, Bedrock, Cloudflare, Vertex AI, and any proxy. */
const WITHOUT_LIST: ReadonlySet<number> = new Set([27, 33, 37, 42, 43]);

/** How channels of a type are asked for their models; undefined where their upstreams tell none. */
export function findModelListQuery(channelType: number): ModelListQuery | undefined {
  const provider = findProvider(channelType);
  if (provider === undefined || WITHOUT_LIST.has(channelType)) return undefined;
  return (queries.get(channelType) ?? queryOpenAiModels)(provider);
}

import { errors, toModelEntry } from '@turnpike/core';
import type { ModelEntryJson } from '@turnpike/core/contract';
import { ownerOf } from '@turnpike/adaptors';
import type { Door } from '../http/door.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { RelaySnapshot } from '../snapshot/relay-snapshot.ts';
import { listAnthropicModels, toAnthropicModel } from './anthropic-models.ts';
import { listGeminiModels, toGeminiModel } from './gemini-models.ts';

/**
 * The models that a caller may use, each once, in a fixed order, in the form of the client's vendor.
 *
 * @param query of the request, for the vendors that give their lists page by page
 */
export function listModels(
  snapshot: RelaySnapshot,
  caller: Caller,
  door: Door,
  query: URLSearchParams,
): object {
  const models = usableModels(snapshot, caller);
  switch (door) {
    case 'anthropic':
      return listAnthropicModels(models, query);
    case 'gemini':
      return listGeminiModels(models, query);
    case 'openai':
      return { object: 'list', data: models.map(toEntry) };
  }
}

/** @throws `model_not_found` for a model that the caller may not use */
export function retrieveModel(
  snapshot: RelaySnapshot,
  caller: Caller,
  door: Door,
  model: string,
): object {
  if (!usableModels(snapshot, caller).includes(model)) {
    throw errors.modelNotFound({ model, group: caller.token.group, param: 'model' });
  }
  if (door === 'anthropic') return toAnthropicModel(model);
  return door === 'gemini' ? toGeminiModel(model) : toEntry(model);
}

function usableModels(snapshot: RelaySnapshot, { token }: Caller): readonly string[] {
  const ofGroup = snapshot.routes.modelsOf(token.group);
  const allowed = token.models;
  return allowed === undefined ? ofGroup : ofGroup.filter((model) => allowed.has(model));
}

function toEntry(model: string): ModelEntryJson {
  return toModelEntry(model, ownerOf(model));
}

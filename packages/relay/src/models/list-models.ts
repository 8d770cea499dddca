import { errors, toModelEntry } from '@turnpike/core';
import type { ModelEntryJson } from '@turnpike/core/contract';
import { ownerOf } from '@turnpike/adaptors';
import type { Caller } from '../pipeline/authenticate.ts';
import type { RelaySnapshot } from '../snapshot/relay-snapshot.ts';

/** The models that a caller may use, each once, in a fixed order. */
export function listModels(
  snapshot: RelaySnapshot,
  caller: Caller,
): { object: 'list'; data: ModelEntryJson[] } {
  return { object: 'list', data: usableModels(snapshot, caller).map(toEntry) };
}

/** @throws `model_not_found` for a model that the caller may not use */
export function retrieveModel(
  snapshot: RelaySnapshot,
  caller: Caller,
  model: string,
): ModelEntryJson {
  if (!usableModels(snapshot, caller).includes(model)) {
    throw errors.modelNotFound({ model, group: caller.token.group, param: 'model' });
  }
  return toEntry(model);
}

function usableModels(snapshot: RelaySnapshot, { token }: Caller): readonly string[] {
  const ofGroup = snapshot.routes.modelsOf(token.group);
  const allowed = token.models;
  return allowed === undefined ? ofGroup : ofGroup.filter((model) => allowed.has(model));
}

function toEntry(model: string): ModelEntryJson {
  return toModelEntry(model, ownerOf(model));
}

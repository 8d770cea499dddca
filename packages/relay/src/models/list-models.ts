import { errors } from '@turnpike/core';
import { ownerOf } from '@turnpike/adaptors';
import type { Caller } from '../pipeline/authenticate.ts';
import type { RelaySnapshot } from '../snapshot/relay-snapshot.ts';

/** One API's fixed moment and permission object: old clients read both. */
const CREATED = 1_626_777_600;
const permission = {
  id: 'modelperm-LwHkVFn8AcMItP432fKKDIKJ',
  object: 'model_permission',
  created: CREATED,
  allow_create_engine: true,
  allow_sampling: true,
  allow_logprobs: true,
  allow_search_indices: false,
  allow_view: true,
  allow_fine_tuning: false,
  organization: '*',
  group: null,
  is_blocking: false,
};

interface ModelEntry {
  id: string;
  object: 'model';
  created: number;
  owned_by: string;
  permission: (typeof permission)[] | null;
  root: string;
  parent: null;
}

/** The models that a caller may use, each once, in a fixed order. */
export function listModels(
  snapshot: RelaySnapshot,
  caller: Caller,
): { object: 'list'; data: ModelEntry[] } {
  return { object: 'list', data: usableModels(snapshot, caller).map(toEntry) };
}

/** @throws `model_not_found` for a model that the caller may not use */
export function retrieveModel(snapshot: RelaySnapshot, caller: Caller, model: string): ModelEntry {
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

function toEntry(model: string): ModelEntry {
  const owner = ownerOf(model);
  return {
    id: model,
    object: 'model',
    created: CREATED,
    owned_by: owner ?? 'custom',
    permission: owner === undefined ? null : [permission],
    root: model,
    parent: null,
  };
}

import type { ModelEntryJson } from '../contract/model.ts';

/** One API's fixed moment. */
const CREATED = 1_626_777_600;

/** OpenAI's older form asks for one; it says nothing about this gateway. */
const permission: NonNullable<ModelEntryJson['permission']>[number] = {
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

/** A model in OpenAI's form, as One API writes it. `ownedBy`: undefined for a model that is not built in. */
export function toModelEntry(id: string, ownedBy: string | undefined): ModelEntryJson {
  return {
    id,
    object: 'model',
    created: CREATED,
    owned_by: ownedBy ?? 'custom',
    permission: ownedBy === undefined ? null : [permission],
    root: id,
    parent: null,
  };
}

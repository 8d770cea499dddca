import { listChannelTypes, listModelCatalogue } from '@turnpike/adaptors';
import type { ModelCatalogue } from '@turnpike/master';

const PROXY = 43;

/** What the built-in providers offer, as the management API lists it. */
export function modelCatalogue(): ModelCatalogue {
  const types = listChannelTypes().filter(({ id }) => id > 0);
  return {
    modelsByChannelType: Object.fromEntries(
      // One API answers null for the type that takes every model.
      types.map(({ id, defaultModels }) => [id, id === PROXY ? null : defaultModels]),
    ),
    models: listModelCatalogue(),
  };
}

import { getChannelType } from './channel-types.ts';

/** A model that vendors are known to offer. */
export interface CatalogueModel {
  id: string;
  ownedBy: string;
}

/** Channel types whose lists make the catalogue, in One API's order. A model belongs to the first that has it. */
const catalogueOrder: readonly number[] = [
  1, 14, 11, 15, 16, 17, 18, 23, 24, 30, 33, 35, 37, 38, 42, 46, 19, 25, 26, 27, 40, 28, 29, 31, 32,
  36, 39, 41, 44, 45, 47, 48,
];

const owners: ReadonlyMap<string, string> = collectOwners();
const catalogue: readonly CatalogueModel[] = [...owners].map(([id, ownedBy]) => ({ id, ownedBy }));

/** The built-in models, each id once, in a fixed order. */
export function listModelCatalogue(): readonly CatalogueModel[] {
  return catalogue;
}

/** Who makes a model (`owned_by`); undefined for one that is not built in. */
export function ownerOf(model: string): string | undefined {
  return owners.get(model);
}

function collectOwners(): Map<string, string> {
  const found = new Map<string, string>();
  for (const { ownedBy, defaultModels } of catalogueOrder.map(getChannelType)) {
    for (const model of defaultModels) if (!found.has(model)) found.set(model, ownedBy);
  }
  return found;
}

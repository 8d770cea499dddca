import {
  channelStatuses,
  toModelEntry,
  type ConfigBus,
  type ConfigRepository,
  type ConfigSnapshot,
} from '@turnpike/core';
import type { ModelEntryJson } from '@turnpike/core/contract';
import type { ModelCatalogue } from '../master-deps.ts';

export interface ModelServiceDeps {
  configBus: ConfigBus;
  configRepository: ConfigRepository;
  modelCatalogue: ModelCatalogue;
}

export type ModelService = ReturnType<typeof createModelService>;

/** Which models there are: built in, for a type of channel, and for a group of users. */
export function createModelService(deps: ModelServiceDeps) {
  return {
    /** Channel type → models that are offered when the type is picked. */
    modelsByChannelType: () => deps.modelCatalogue.modelsByChannelType,

    builtInModels: (): ModelEntryJson[] =>
      deps.modelCatalogue.models.map(({ id, ownedBy }) => toModelEntry(id, ownedBy)),

    /** Sorted names of what any enabled channel serves. */
    async enabledModels(): Promise<string[]> {
      const published = await deps.configBus.latestSnapshot();
      return listModels(published ?? (await deps.configRepository.readSnapshot()));
    },

    /** Sorted names of what an enabled channel serves to the group. */
    async modelsOfGroup(group: string): Promise<string[]> {
      const published = await deps.configBus.latestSnapshot();
      return listModels(published ?? (await deps.configRepository.readSnapshot()), group);
    },
  };
}

function listModels(snapshot: ConfigSnapshot, group?: string): string[] {
  const serving = snapshot.channels.filter(
    ({ status, groups }) =>
      status === channelStatuses.enabled && (group === undefined || groups.includes(group)),
  );
  const models = new Set(serving.flatMap((channel) => channel.models));
  models.delete('');
  return [...models].sort();
}

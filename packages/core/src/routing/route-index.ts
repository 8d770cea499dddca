import { channelStatuses } from '../channel/channel.ts';
import type { ChannelSnapshot, ConfigSnapshot } from '../config/config-snapshot.ts';

/** Channels of one priority that serve a model, with what a weighted draw needs. Immutable. */
export interface Tier {
  priority: number;
  channels: readonly ChannelSnapshot[];
  /** Sum of the channels' {@link weightOf}. */
  totalWeight: number;
}

/** Who serves what, prepared once for a snapshot. */
export interface RouteIndex {
  /** Tiers by descending priority; empty where no enabled channel of the group serves the model. */
  tiersFor(group: string, model: string): readonly Tier[];
  /** Models of a group in code-point order; the same array each time. */
  modelsOf(group: string): readonly string[];
  /** Groups that have at least one model, in code-point order. */
  groups: readonly string[];
  /** Any channel, disabled ones included (a pinned one must be told apart from one that does not exist). */
  channelById(id: number): ChannelSnapshot | undefined;
}

const noTiers: readonly Tier[] = [];
const noModels: readonly string[] = [];

/** A channel's part in the draw. 0 (One API's default for every channel) and less count as 1: never drawn is what disabling is for. */
export function weightOf(channel: ChannelSnapshot): number {
  return channel.weight > 0 ? channel.weight : 1;
}

/** Builds the index: group → model → tiers. Work is done here so that a request only looks up. */
export function createRouteIndex(snapshot: ConfigSnapshot): RouteIndex {
  const channels = new Map(snapshot.channels.map((channel) => [channel.id, channel]));
  const routes = new Map<string, Map<string, readonly Tier[]>>();
  for (const [group, models] of groupChannels(snapshot.channels)) {
    routes.set(group, new Map([...models].map(([model, list]) => [model, toTiers(list)])));
  }
  const modelLists = new Map(
    [...routes].map(([group, models]) => [group, [...models.keys()].sort()]),
  );
  return {
    tiersFor: (group, model) => routes.get(group)?.get(model) ?? noTiers,
    modelsOf: (group) => modelLists.get(group) ?? noModels,
    groups: [...routes.keys()].sort(),
    channelById: (id) => channels.get(id),
  };
}

function groupChannels(
  channels: readonly ChannelSnapshot[],
): Map<string, Map<string, ChannelSnapshot[]>> {
  const groups = new Map<string, Map<string, ChannelSnapshot[]>>();
  for (const channel of channels) {
    if (channel.status !== channelStatuses.enabled) continue;
    for (const group of namesOf(channel.groups)) {
      const models = getOrAdd(groups, group, () => new Map<string, ChannelSnapshot[]>());
      for (const model of namesOf(channel.models)) getOrAdd(models, model, () => []).push(channel);
    }
  }
  return groups;
}

function toTiers(channels: readonly ChannelSnapshot[]): readonly Tier[] {
  const byPriority = new Map<number, ChannelSnapshot[]>();
  for (const channel of channels) getOrAdd(byPriority, channel.priority, () => []).push(channel);
  return [...byPriority]
    .sort(([a], [b]) => b - a)
    .map(([priority, tier]) => ({
      priority,
      channels: tier.sort((a, b) => a.id - b.id), // the same draw on every node, whatever the row order
      totalWeight: tier.reduce((sum, channel) => sum + weightOf(channel), 0),
    }));
}

/** Comma lists are typed by hand: spaces, repetitions and empty parts are no names. */
function namesOf(names: readonly string[]): Set<string> {
  return new Set(names.map((name) => name.trim()).filter((name) => name !== ''));
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const value = make();
  map.set(key, value);
  return value;
}

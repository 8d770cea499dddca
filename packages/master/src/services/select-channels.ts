import { channelStatuses, type Channel, type ChannelRepository } from '@turnpike/core';

const PAGE_SIZE = 200;

/** The channels of a scope: `all`, `disabled`, ids such as `1,3,5`, or `group:<name>`. */
export async function selectChannels(
  channels: ChannelRepository,
  scope: string,
): Promise<readonly Channel[]> {
  const filter = toFilter(scope);
  const selected: Channel[] = [];
  for (let offset = 0; ; offset += PAGE_SIZE) {
    const page = await channels.list({ ...filter, offset, limit: PAGE_SIZE });
    selected.push(...page);
    if (page.length < PAGE_SIZE) return selected;
  }
}

/** Whether a scope is meant to find something, so that it is worth a word where it does not. */
export function namesChannels(scope: string): boolean {
  return !['', 'all', 'disabled'].includes(scope);
}

function toFilter(scope: string): { status?: number[]; ids?: number[]; group?: string } {
  if (scope === 'disabled')
    return { status: [channelStatuses.manuallyDisabled, channelStatuses.autoDisabled] };
  if (scope.startsWith('group:')) return { group: scope.slice('group:'.length) };
  if (scope === '' || scope === 'all') return {};
  return { ids: scope.split(',').map(Number) };
}

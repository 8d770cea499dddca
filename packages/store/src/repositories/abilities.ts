import { channelStatuses } from '@turnpike/core';
import type { Knex } from 'knex';
import { readNumber, readText, type Row } from '../schema/read-column.ts';
import { splitList } from '../schema/split-list.ts';

const ROWS_AT_ONCE = 100;

/**
 * Writes what a channel serves (group × model) anew. Relays route by the channels themselves; this table is what
 * One API and other readers of the database go by.
 */
export async function rebuildAbilities(trx: Knex, channelId: number): Promise<void> {
  await trx('abilities').where({ channel_id: channelId }).delete();
  const [channel] = (await trx('channels').where({ id: channelId })) as Row[];
  if (channel === undefined) return;
  const rows = toAbilities(channel);
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    // Some databases take two names for one that differ in case only.
    await trx('abilities')
      .insert(rows.slice(start, start + ROWS_AT_ONCE))
      .onConflict(['group', 'model', 'channel_id'])
      .ignore();
  }
}

function toAbilities(channel: Row): Record<string, unknown>[] {
  const models = splitList(readText(channel['models']));
  const groups = splitList(readText(channel['group']));
  // A channel without a list (a proxy) has one row without a model in each group, as in One API.
  const names = models.length === 0 ? [''] : models;
  return groups.flatMap((group) =>
    names.map((model) => ({
      group,
      model,
      channel_id: readNumber(channel['id']),
      enabled: readNumber(channel['status']) === channelStatuses.enabled,
      priority: readNumber(channel['priority']),
    })),
  );
}

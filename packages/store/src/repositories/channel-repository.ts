import {
  channelStatuses,
  type Channel,
  type ChannelFilter,
  type ChannelRepository,
  type ChannelSort,
  type Clock,
  type NewChannel,
  type SecretBox,
} from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { likeAnywhere, likePrefix } from '../schema/like-prefix.ts';
import { areSecretsSealed } from '../schema/meta.ts';
import { readNumber, type Row } from '../schema/read-column.ts';
import { readPage, type SortKey } from '../schema/read-page.ts';
import { refuseTooLong } from '../schema/refuse-too-long.ts';
import { rebuildAbilities } from './abilities.ts';
import { toChannel, toChannelColumns } from './channel-row.ts';
import { bumpConfigVersion } from './config-version.ts';

export interface ChannelRepositoryDeps {
  knex: Knex;
  dialect: Dialect;
  secretBox: SecretBox;
  clock: Clock;
}

/** Accounts at upstreams, with what they serve. */
export function createChannelRepository(deps: ChannelRepositoryDeps): ChannelRepository {
  const { knex, dialect, secretBox } = deps;

  async function find(id: number): Promise<Channel | undefined> {
    const [row] = (await knex('channels').where({ id })) as Row[];
    return row && toChannel(row, secretBox);
  }

  function write<T>(work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
    return refuseTooLong(dialect, () => dialect.inWriteTransaction(knex, work));
  }

  return {
    find,

    async list({ offset, limit, ...filter }) {
      const rows = (await filterChannels(deps, filter)
        .orderBy('id', 'desc')
        .offset(offset)
        .limit(limit)) as Row[];
      return rows.map((row) => toChannel(row, secretBox));
    },

    async page(filter, page) {
      const rows = filterChannels(deps, filter);
      const found = await readPage({ knex, rows, key: sortKeys[page.sort] }, page);
      return { ...found, rows: found.rows.map((row) => toChannel(row, secretBox)) };
    },

    async createMany(channels) {
      const ids = await write(async (trx) => {
        const created: number[] = [];
        for (const channel of channels) created.push(await insertChannel(trx, deps, channel));
        await bumpConfigVersion(trx);
        return created;
      });
      const rows = (await knex('channels').whereIn('id', ids).orderBy('id')) as Row[];
      return rows.map((row) => toChannel(row, secretBox));
    },

    async update(id, change) {
      await write(async (trx) => {
        const columns = toChannelColumns(change, secretBox, await areSecretsSealed(trx));
        if (Object.keys(columns).length === 0) return;
        const changed = await trx('channels').where({ id }).update(columns);
        if (changed === 0) return;
        await rebuildAbilities(trx, id);
        await bumpConfigVersion(trx);
      });
      return find(id);
    },

    updateMany: (selection, change) =>
      write(async (trx) => {
        const columns = toChannelColumns(change, secretBox, await areSecretsSealed(trx));
        const ids = await selectIds(trx, selection);
        if (ids.length === 0 || Object.keys(columns).length === 0) return ids;
        await trx('channels').whereIn('id', ids).update(columns);
        for (const id of ids) await rebuildAbilities(trx, id);
        await bumpConfigVersion(trx);
        return ids;
      }),

    setStatus: (id, status, onlyFrom) =>
      write(async (trx) => {
        const update = trx('channels')
          .where({ id })
          .whereRaw('COALESCE(status, 0) <> ?', [status])
          .update({ status });
        if (onlyFrom !== undefined) void update.whereIn('status', onlyFrom);
        if ((await update) === 0) return false;
        await trx('abilities')
          .where({ channel_id: id })
          .update({ enabled: status === channelStatuses.enabled });
        await bumpConfigVersion(trx);
        return true;
      }),

    async recordTest(id, { testTime, responseTime }) {
      await knex('channels')
        .where({ id })
        .update({ test_time: testTime, response_time: responseTime });
    },

    async recordBalance(id, { balance, balanceUpdatedTime }) {
      await knex('channels')
        .where({ id })
        .update({ balance, balance_updated_time: balanceUpdatedTime });
    },

    remove: (id) => write(async (trx) => (await removeChannels(trx, dialect, [id])) > 0),

    removeMany: (ids) =>
      write(async (trx) => {
        const present = await selectIds(trx, { ids });
        await removeChannels(trx, dialect, present);
        return present;
      }),

    removeDisabled: () =>
      write(async (trx) => {
        const rows = (await trx('channels')
          .select('id')
          .whereIn('status', [channelStatuses.manuallyDisabled, channelStatuses.autoDisabled])) as {
          id: number;
        }[];
        return removeChannels(
          trx,
          dialect,
          rows.map(({ id }) => id),
        );
      }),

    rebuildAbilities: () =>
      write(async (trx) => {
        await trx('abilities').whereNotIn('channel_id', trx('channels').select('id')).delete();
        const rows = (await trx('channels').select('id').orderBy('id')) as { id: number }[];
        for (const { id } of rows) await rebuildAbilities(trx, id);
        return rows.length;
      }),
  };
}

/** Ids of the channels that there are, in order, so that two of these at once do not deadlock. */
async function selectIds(
  trx: Knex,
  selection: Parameters<ChannelRepository['updateMany']>[0],
): Promise<number[]> {
  const query = trx('channels').select('id').orderBy('id');
  if ('tag' in selection) void query.where({ tag: selection.tag });
  else void query.whereIn('id', selection.ids);
  const rows = (await query) as Row[];
  return rows.map(({ id }) => readNumber(id));
}

async function insertChannel(
  trx: Knex,
  { dialect, secretBox, clock }: ChannelRepositoryDeps,
  channel: NewChannel,
): Promise<number> {
  const withDefaults: NewChannel = {
    type: 0,
    status: channelStatuses.enabled,
    name: '',
    weight: 0,
    testTime: 0,
    responseTime: 0,
    baseUrl: '',
    other: '',
    balance: 0,
    balanceUpdatedTime: 0,
    models: '',
    group: 'default',
    modelMapping: '',
    priority: 0,
    config: '',
    systemPrompt: null,
    tag: '',
    ...channel,
  };
  const id = await dialect.insertRow(trx, 'channels', {
    ...toChannelColumns(withDefaults, secretBox, await areSecretsSealed(trx)),
    created_time: Math.floor(clock.now() / 1000),
    used_quota: 0,
  });
  await rebuildAbilities(trx, id);
  return id;
}

async function removeChannels(
  trx: Knex,
  dialect: Dialect,
  ids: readonly number[],
): Promise<number> {
  if (ids.length === 0) return 0;
  for (const id of ids) await dialect.retireId(trx, 'channels', id);
  await trx('abilities').whereIn('channel_id', ids).delete();
  const removed = await trx('channels').whereIn('id', ids).delete();
  if (removed > 0) await bumpConfigVersion(trx);
  return removed;
}

const sortKeys: Readonly<Record<ChannelSort, SortKey>> = {
  id: { sql: 'id', kind: 'integer' },
  name: { sql: "COALESCE(name, '')", kind: 'text' },
  type: { sql: 'COALESCE(type, 0)', kind: 'integer' },
  status: { sql: 'COALESCE(status, 0)', kind: 'integer' },
  priority: { sql: 'COALESCE(priority, 0)', kind: 'integer' },
  weight: { sql: 'COALESCE(weight, 0)', kind: 'integer' },
  balance: { sql: 'COALESCE(balance, 0)', kind: 'decimal' },
  response_time: { sql: 'COALESCE(response_time, 0)', kind: 'integer' },
  test_time: { sql: 'COALESCE(test_time, 0)', kind: 'integer' },
  used_quota: { sql: 'COALESCE(used_quota, 0)', kind: 'integer' },
};

function filterChannels(
  { knex, dialect }: ChannelRepositoryDeps,
  { keyword, status, ids, type, group, model, tag }: ChannelFilter,
): Knex.QueryBuilder {
  const select = knex('channels');
  if (type !== undefined) void select.where({ type });
  if (tag !== undefined) void select.where({ tag });
  if (status !== undefined) void select.whereIn('status', status);
  if (ids !== undefined) void select.whereIn('id', ids);
  for (const [column, member] of Object.entries({ group, models: model })) {
    if (member === undefined) continue;
    const list = `CONCAT(',', REPLACE(COALESCE(??, ''), ' ', ''), ',')`;
    void select.whereRaw(`${list} LIKE ? ESCAPE '!'`, [column, likeAnywhere(`,${member},`)]);
  }
  if (keyword !== undefined && keyword !== '') {
    void select.where((any) => {
      void any.whereRaw(`name ${dialect.likeOperator} ? ESCAPE '!'`, [likePrefix(keyword)]);
      if (/^\d{1,15}$/.test(keyword)) void any.orWhere('id', Number(keyword));
    });
  }
  return select;
}

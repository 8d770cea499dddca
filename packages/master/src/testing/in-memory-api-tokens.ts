import { apiTokenStatuses, type ApiToken, type ApiTokenRepository } from '@turnpike/core';
import { pageRows } from './page-rows.ts';

export interface InMemoryApiTokens extends ApiTokenRepository {
  rows: Map<number, ApiToken>;
}

export function createInMemoryApiTokens(): InMemoryApiTokens {
  const rows = new Map<number, ApiToken>();
  const own = (id: number, userId: number): ApiToken | undefined => {
    const row = rows.get(id);
    return row?.userId === userId ? row : undefined;
  };
  return {
    rows,
    async find(id, userId) {
      const row = own(id, userId);
      return row && { ...row };
    },
    list: async ({ userId, offset, limit, keyword = '' }) =>
      [...rows.values()]
        .filter((row) => row.userId === userId && row.name.startsWith(keyword))
        .sort((a, b) => b.id - a.id)
        .slice(offset, offset + limit),
    page: async ({ userId, keyword = '', status }, query) =>
      pageRows(
        [...rows.values()]
          .filter((row) => row.userId === userId && row.name.startsWith(keyword))
          .filter((row) => status === undefined || row.status === status),
        query,
      ),
    async create(token) {
      const row: ApiToken = {
        ...token,
        id: rows.size + 1,
        status: apiTokenStatuses.enabled,
        createdTime: 1,
        accessedTime: 1,
        usedQuota: 0,
        quotaVersion: 1,
      };
      rows.set(row.id, row);
      return { ...row };
    },
    async update(id, userId, change) {
      const row = own(id, userId);
      if (row === undefined) return undefined;
      const isSwitched = (change.unlimitedQuota ?? row.unlimitedQuota) !== row.unlimitedQuota;
      const quotaVersion = row.quotaVersion + (isSwitched ? 1 : 0);
      return { ...Object.assign(row, change, { quotaVersion }) };
    },
    remove: async (id, userId) => own(id, userId) !== undefined && rows.delete(id),
  };
}

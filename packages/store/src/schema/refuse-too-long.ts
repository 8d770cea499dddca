import { errors } from '@turnpike/core';
import type { Dialect } from '../dialects/dialect.ts';
import { errorMessageOf } from '../dialects/driver-error.ts';

/**
 * Runs a write; a value that does not fit its column becomes an error that a person can act on. SQLite takes any
 * length; the other databases have the widths of One API's tables.
 *
 * @throws `invalid_request`
 */
export async function refuseTooLong<T>(dialect: Dialect, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!dialect.isValueTooLong(error)) throw error;
    const place = /column '([^']+)'|(character(?: varying)?\(\d+\))/.exec(errorMessageOf(error));
    const where = place === null ? '' : ` (${place[1] ?? place[2] ?? ''})`;
    throw errors.invalidRequest(
      {
        reason: `A value is too long for its column in the database${where}. Shorten it.`,
        reasonZh: `某个值超过了数据库列的长度${where}。请缩短。`,
      },
      { cause: error },
    );
  }
}

import { describe, expect, it } from '@jest/globals';
import { isOutage } from './is-outage.ts';

const withCode = (code: string): Error => Object.assign(new Error('whatever it says'), { code });

describe('isOutage', () => {
  it.each([
    ['a full disk', 'SQLITE_FULL'],
    ['a locked file', 'SQLITE_BUSY'],
    ['a server that is not there', 'ECONNREFUSED'],
    ['a name that cannot be looked up', 'EAI_AGAIN'],
    ['a PostgreSQL that stops', '57P01'],
    ['a PostgreSQL that only reads', '25006'],
    ['a PostgreSQL without connections left', '53300'],
    ['a MySQL that broke the connection off', 'PROTOCOL_CONNECTION_LOST'],
    ['a MySQL whose row is locked', 'ER_LOCK_WAIT_TIMEOUT'],
    ['a MySQL that was told to only read', 'ER_OPTION_PREVENTS_STATEMENT'],
  ])('is %s', (_what, code) => {
    expect(isOutage(withCode(code))).toBe(true);
  });

  it('is a pool that has no connection, and a connection that ended', () => {
    expect(isOutage(Object.assign(new Error(), { name: 'KnexTimeoutError' }))).toBe(true);
    expect(isOutage(new Error('Connection terminated unexpectedly'))).toBe(true);
    const broken = 'Client has encountered a connection error and is not queryable';
    expect(isOutage(new Error(broken))).toBe(true);
  });

  it.each([
    ['a column that is not there', withCode('SQLITE_ERROR')],
    ['a row that is there already', withCode('SQLITE_CONSTRAINT_UNIQUE')],
    ['one that PostgreSQL has', withCode('23505')],
    ['a table that MySQL does not know', withCode('ER_NO_SUCH_TABLE')],
    ['a bug', new RangeError('quota is no integer')],
    ['no error at all', undefined],
  ])('is not %s', (_what, error) => {
    expect(isOutage(error)).toBe(false);
  });
});

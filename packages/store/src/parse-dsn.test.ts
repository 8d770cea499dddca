import { describe, expect, it } from '@jest/globals';
import { describeAddress, parseDsn } from './parse-dsn.ts';

function parse(dsn: string) {
  return parseDsn('SQL_DSN', dsn, 'data/turnpike.db');
}

describe('parseDsn', () => {
  it('takes an empty text for the SQLite file', () => {
    expect(parse(' ')).toEqual({ kind: 'sqlite', path: 'data/turnpike.db' });
  });

  it.each([
    [
      'root:123456@tcp(localhost:3306)/oneapi',
      'root',
      '123456',
      'localhost',
      3306,
      'oneapi',
      'off',
    ],
    [
      'u:p@ss/w:rd@tcp(db)/x?charset=utf8mb4&parseTime=True',
      'u',
      'p@ss/w:rd',
      'db',
      3306,
      'x',
      'off',
    ],
    ['u:a?b@tcp([::1]:3307)/x?tls=true', 'u', 'a?b', '::1', 3307, 'x', 'verify'],
    ['u@tcp(h:1)/x?tls=skip-verify', 'u', '', 'h', 1, 'x', 'require'],
    ['u:p@tcp/x', 'u', 'p', '127.0.0.1', 3306, 'x', 'off'],
    ['u:p@/x', 'u', 'p', '127.0.0.1', 3306, 'x', 'off'],
    ['mysql://u:p%40ss@h:3308/x', 'u', 'p@ss', 'h', 3308, 'x', 'off'],
  ])('reads MySQL from %s', (dsn, user, password, host, port, database, tls) => {
    const connection = { user, password, host, port, database, tls };
    expect(parse(dsn)).toEqual({ kind: 'mysql', connection });
  });

  it('reads a socket file', () => {
    expect(parse('u:p@unix(/run/my.sock)/x')).toMatchObject({
      kind: 'mysql',
      connection: { socketPath: '/run/my.sock', user: 'u', database: 'x' },
    });
  });

  it.each([
    ['postgres://u:p@h:5433/x', 'u', 'p', 'h', 5433, 'x', 'prefer'],
    ['postgresql://u:p%2Fw@h/x?sslmode=disable', 'u', 'p/w', 'h', 5432, 'x', 'off'],
    ['postgres://u@[::1]/x?sslmode=require', 'u', '', '::1', 5432, 'x', 'require'],
    ['POSTGRES://u:p@h/x?sslmode=verify-full', 'u', 'p', 'h', 5432, 'x', 'verify'],
    ['postgres://u:p@/x?host=/run/pg', 'u', 'p', '/run/pg', 5432, 'x', 'prefer'],
  ])('reads PostgreSQL from %s', (dsn, user, password, host, port, database, tls) => {
    const connection = { user, password, host, port, database, tls };
    expect(parse(dsn)).toEqual({ kind: 'postgres', connection });
  });

  it.each([
    'root:secret@tcp(localhost:3306)',
    'root:secret@tcp(localhost:3306)/',
    'postgres://root:secret@host',
    'postgres://root:se/cret@host:port/x',
    'secret',
  ])('names the variable and never the password for %s', (dsn) => {
    expect(() => parse(dsn)).toThrow(/^SQL_DSN /);
    expect(() => parse(dsn)).not.toThrow(/secret|se\/cret/);
  });

  it('describes an address without its password', () => {
    expect(describeAddress(parse('u:secret@tcp(h:1)/x'))).toBe('mysql database x at h:1');
    expect(describeAddress(parse(''))).toBe('sqlite file data/turnpike.db');
  });
});

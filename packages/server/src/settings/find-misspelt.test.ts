import { describe, expect, it } from '@jest/globals';
import { parseArguments } from '../cli/parse-arguments.ts';
import { findMisspelt } from './find-misspelt.ts';
import { loadSettings } from './load-settings.ts';

const known = new Set(['SQL_DSN', 'REDIS_CONN_STRING', 'ENCRYPTION_KEY', 'PORT', 'WORKERS']);

describe('findMisspelt', () => {
  it.each([
    ['SQL_DNS', 'SQL_DSN'],
    ['SQLDSN', 'SQL_DSN'],
    ['sql_dsn', 'SQL_DSN'],
    ['REDIS_CON_STRNG', 'REDIS_CONN_STRING'],
    ['ENCRYPTON_KEY', 'ENCRYPTION_KEY'],
    ['WORKER', 'WORKERS'],
    ['DATABASE_URL', 'SQL_DSN'],
  ])('guesses from %s that %s was meant', (name, meant) => {
    expect(findMisspelt({ [name]: 'secret' }, known)).toEqual([
      `${name} is not a setting, and is not read. Did you mean ${meant}?`,
    ]);
  });

  it.each(['POST', 'PATH', 'SQL_DIALECT', 'REDIS_PORT', 'SIGNING_KEY', 'PORTS'])(
    'says nothing of %s, which is too far from any setting or too short to tell',
    (name) => expect(findMisspelt({ [name]: 'x' }, known)).toEqual([]),
  );

  it('says nothing where the setting is there too, or the variable is empty', () => {
    expect(findMisspelt({ SQL_DNS: 'a', SQL_DSN: 'b' }, known)).toEqual([]);
    expect(findMisspelt({ SQL_DNS: ' ' }, known)).toEqual([]);
  });

  it('is among the warnings of a start, and stops none', () => {
    const environment = { REDIS_CON_STRING: 'redis://user:hunter2@host', PATH: '/bin', TZ: 'UTC' };
    expect(loadSettings(environment, parseArguments([]))).toMatchObject({
      settings: { role: 'standalone' },
      warnings: [
        'REDIS_CON_STRING is not a setting, and is not read. Did you mean REDIS_CONN_STRING?',
      ],
    });
  });

  it('knows the names that are read in small letters', () => {
    const environment = { https_proxy: 'http://p:1', no_proxy: 'localhost', all_proxy: 'x' };
    expect(loadSettings(environment, parseArguments([]))).toMatchObject({ warnings: [] });
  });
});

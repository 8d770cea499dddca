import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseArguments } from '../cli/parse-arguments.ts';
import { describeSettings } from './describe-settings.ts';
import { loadSettings, type Settings } from './load-settings.ts';
import { listProviderKeys } from './provider-keys.ts';

function load(environment: Record<string, string>, ...argv: string[]): Settings {
  const loaded = loadSettings(environment, parseArguments(argv));
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  return loaded.settings;
}

function problemsOf(environment: Record<string, string>, ...argv: string[]): readonly string[] {
  const loaded = loadSettings(environment, parseArguments(argv));
  return 'problems' in loaded ? loaded.problems : [];
}

const cluster = { REDIS_CONN_STRING: 'redis://localhost', ENCRYPTION_KEY: 'k'.repeat(16) };

describe('loadSettings', () => {
  it('starts standalone on port 3000 with an empty environment', () => {
    expect(load({})).toMatchObject({
      role: 'standalone',
      port: 3000,
      dataDir: resolve('data'),
      sqlitePath: undefined,
      logDir: resolve('logs'),
      logLevel: 'info',
      sqliteSynchronous: 'full',
      maxJsonBodyBytes: 32 * 1024 ** 2,
      maxUploadBytes: 25 * 1024 ** 2,
      trustedProxies: [],
      isDemo: false,
    });
  });

  it('lists every problem at once, each with its variable and what was expected', () => {
    expect(
      problemsOf({
        PORT: 'eighty',
        DEBUG: 'yes',
        SYNC_FREQUENCY: 'soon',
        TRUSTED_PROXIES: '10.0.0.0/99',
        NODE_TYPE: 'slave',
      }),
    ).toEqual([
      'PORT: expected a whole number from 0 to 65535',
      expect.stringMatching(/^TRUSTED_PROXIES: expected addresses or subnets/),
      expect.stringMatching(/^SYNC_FREQUENCY: expected a duration such as/),
      'DEBUG: expected true or false',
      expect.stringMatching(/^NODE_TYPE: a slave needs REDIS_CONN_STRING/),
    ]);
  });

  it('never repeats a wrong value, which may be a secret', () => {
    const secret = 'sk-this-is-secret';
    const problems = problemsOf({
      PORT: secret,
      INITIAL_ROOT_TOKEN: 'has-a-dash-of-secret',
      ENCRYPTION_KEY: 'short',
      OPENAI_API_KEY: 'with a blank secret',
      SESSION_SECRET: 'random_string',
    });
    expect(problems).toHaveLength(5);
    expect(problems.join('\n')).not.toMatch(/this-is-secret|dash-of|short|blank secret/);
  });

  it.each([
    ['a slave without Redis', { NODE_TYPE: 'slave' }, /^NODE_TYPE: a slave needs/],
    ['more workers without Redis', { WORKERS: '2' }, /^WORKERS: more than one process needs/],
    ['sentinels without addresses', { REDIS_MASTER_NAME: 'm' }, /^REDIS_MASTER_NAME: /],
    ['a cluster without a shared key', { REDIS_CONN_STRING: 'r:1' }, /^ENCRYPTION_KEY: /],
    [
      'reservations that expire between two heartbeats',
      { ...cluster, HOLD_LIFE: '5s', NODE_HEARTBEAT: '2s' },
      /^HOLD_LIFE: has to be three times/,
    ],
    [
      'nodes that are gone between two heartbeats',
      { ...cluster, NODE_TIMEOUT: '1s', NODE_HEARTBEAT: '500ms' },
      /^NODE_TIMEOUT: has to be three times/,
    ],
  ])('refuses %s, naming the variable', (_case, environment, problem) => {
    expect(problemsOf(environment)).toEqual([expect.stringMatching(problem)]);
  });

  it('does not call what is wrong missing as well', () => {
    const wrong = { REDIS_CONN_STRING: 'http://r/x', NODE_TYPE: 'slave', WORKERS: '2' };
    expect(problemsOf(wrong)).toEqual([expect.stringMatching(/^REDIS_CONN_STRING: expected/)]);
    expect(problemsOf({ REDIS_CONN_STRING: 'r:1', ENCRYPTION_KEY: 'short' })).toEqual([
      'ENCRYPTION_KEY: expected 16 characters or more',
    ]);
  });

  it('says how short and how long a duration may be', () => {
    expect(problemsOf({ NODE_HEARTBEAT: '10ms', HOLD_LIFE: '1ms', RELAY_TIMEOUT: '60d' })).toEqual([
      expect.stringMatching(/^HOLD_LIFE: expected a duration .*, from 1s to 24d$/),
      expect.stringMatching(/^NODE_HEARTBEAT: expected a duration .*, from 50ms to 24d$/),
      expect.stringMatching(/^RELAY_TIMEOUT: expected a duration .*, at most 24d$/),
    ]);
  });

  it('is a master with Redis, unless told to be a slave', () => {
    const shared = { REDIS_CONN_STRING: 'redis://localhost', ENCRYPTION_KEY: 'k'.repeat(16) };
    expect(load(shared).role).toBe('master');
    expect(load({ ...shared, NODE_TYPE: 'slave' }).role).toBe('slave');
    expect(load({ NODE_TYPE: 'master' }).role).toBe('standalone');
  });

  it('keeps the journal in the data directory, elsewhere, or not at all', () => {
    expect(load({ DATA_DIR: '/d' }).journalDir).toBe('/d/journal');
    expect(load({ JOURNAL_DIR: '/fast' }).journalDir).toBe('/fast');
    expect(load({ JOURNAL_DIR: 'off' }).journalDir).toBeUndefined();
  });

  it('takes an empty variable for an unset one', () => {
    expect(load({ PORT: '', SQL_DSN: ' ', DEBUG: '' })).toMatchObject({ port: 3000 });
    expect(load({ SQL_DSN: '' }).sqlDsn).toBeUndefined();
  });

  it.each([
    ['RELAY_TIMEOUT', '30', 'relayTimeoutMs', 30_000],
    ['RELAY_TIMEOUT', '1500ms', 'relayTimeoutMs', 1500],
    ['SQLITE_BUSY_TIMEOUT', '5000', 'sqliteBusyTimeoutMs', 5000],
    ['SQLITE_BUSY_TIMEOUT', '5s', 'sqliteBusyTimeoutMs', 5000],
    ['CHANNEL_TEST_FREQUENCY', '10', 'channelTestIntervalMs', 600_000],
    ['CHANNEL_TEST_FREQUENCY', '1h', 'channelTestIntervalMs', 3_600_000],
    ['SQL_MAX_LIFETIME', '60', 'sqlConnectionLifetimeMs', 60_000],
    ['MAX_JSON_BODY_MB', '10', 'maxJsonBodyBytes', 10 * 1024 ** 2],
    ['MAX_JSON_BODY_MB', '512KB', 'maxJsonBodyBytes', 512 * 1024],
    ['DEBUG_SQL', 'TRUE', 'isDebugSql', true],
    ['SQLITE_SYNCHRONOUS', 'NORMAL', 'sqliteSynchronous', 'normal'],
    ['INITIAL_ROOT_TOKEN', 'sk-root', 'initialRootToken', 'root'],
    ['https_proxy', 'http://proxy:3128/', 'httpsProxy', 'http://proxy:3128'],
    [
      'TRUSTED_PROXIES',
      'loopback, 10.1.2.3',
      'trustedProxies',
      ['127.0.0.0/8', '::1/128', '10.1.2.3/32'],
    ],
    ['NO_PROXY', 'localhost, .local', 'noProxy', ['localhost', '.local']],
  ])('reads %s=%s', (variable, text, name, value) => {
    expect(load({ [variable]: text })[name as keyof Settings]).toEqual(value);
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3e3'],
    ['SYNC_FREQUENCY', '0'],
    ['CHANNEL_TEST_FREQUENCY', '0'],
    ['RELAY_TIMEOUT', '-5'],
    ['RELAY_TIMEOUT', '60d'],
    ['MAX_JSON_BODY_MB', '0'],
    ['INITIAL_ROOT_TOKEN', 'x'.repeat(49)],
    ['INITIAL_ROOT_ACCESS_TOKEN', 'x'.repeat(33)],
    ['RELAY_PROXY', 'socks5://localhost'],
    ['FRONTEND_BASE_URL', 'console.example.com'],
    ['TZ', 'Mars/Olympus'],
    ['THEME', 'dark'],
    ['NODE_TYPE', 'boss'],
    ['WORKERS', '0'],
    ['REDIS_KEY_PREFIX', 'a{b}'],
    ['REDIS_CONN_STRING', 'http://localhost/x'],
  ])('refuses %s=%s', (variable, text) => {
    expect(problemsOf({ [variable]: text })).toEqual([
      expect.stringContaining(`${variable}: expected`),
    ]);
  });

  it.each([
    'postgres://gate@db/turnpike',
    'postgresql:///turnpike?host=/var/run/postgresql',
    'mysql://gate:a@b@db/turnpike',
    'root:p/w@tcp(db:3306)/one-api?parseTime=true',
    'root@unix(/run/mysqld/mysqld.sock)/one-api',
    'tcp(db)/one-api',
  ])('takes %s for a database', (dsn) => {
    expect(load({ SQL_DSN: dsn }).sqlDsn).toBe(dsn);
  });

  it.each(['foo', 'data.db', '/srv/one-api.db', 'user@host'])(
    'refuses %s with all other problems, without showing it',
    (dsn) => {
      const start = (): unknown => load({ SQL_DSN: `hunter2${dsn}`, PORT: 'x' });
      expect(start).toThrow(
        /PORT: .*\n.*SQL_DSN: expected postgres:\/\/…, mysql:\/\/… or user:…@tcp/s,
      );
      expect(start).not.toThrow(/hunter2/);
    },
  );

  it('lets the variable PORT win over --port, as One API does', () => {
    expect(load({ PORT: '4000' }, '--port', '5000').port).toBe(4000);
    expect(load({}, '--port', '5000').port).toBe(5000);
  });

  it('writes no log file where --log-dir is empty', () => {
    expect(load({}, '--log-dir=').logDir).toBeUndefined();
    expect(load({}, '--log-dir', 'elsewhere').logDir).toBe(resolve('elsewhere'));
  });

  it('lowers the log level with DEBUG, whatever LOG_LEVEL says', () => {
    expect(load({ DEBUG: 'true', LOG_LEVEL: 'warn' }).logLevel).toBe('debug');
  });

  it('warns of variables of One API that have no effect here, and of those that surprise', () => {
    const loaded = loadSettings(
      { MEMORY_CACHE_ENABLED: 'true', FRONTEND_BASE_URL: 'https://c.example.com' },
      parseArguments([]),
    );
    expect('warnings' in loaded && loaded.warnings).toEqual([
      expect.stringMatching(/^MEMORY_CACHE_ENABLED has no effect/),
      expect.stringMatching(/^FRONTEND_BASE_URL is ignored/),
    ]);
  });

  it('lists a channel for each provider key of the environment', () => {
    expect(listProviderKeys(load({ OPENAI_API_KEY: 'sk-a', GROQ_API_KEY: 'gsk_b' }))).toEqual([
      { channelName: 'OpenAI', channelType: 1, key: 'sk-a' },
      { channelName: 'Groq', channelType: 29, key: 'gsk_b' },
    ]);
  });
});

describe('describeSettings', () => {
  it('shows effective values, and of secrets only that they are set', () => {
    const lines = describeSettings(
      load({ SQL_DSN: 'root:hunter2@tcp(db)/x', SESSION_SECRET: 'a-long-random-session-secret' }),
    );
    expect(lines).toContain('PORT=3000');
    expect(lines).toContain('NODE_TYPE=standalone');
    expect(lines).toContain('SQL_DSN=(set, not shown)');
    expect(lines).toContain('LOG_SQL_DSN=');
    expect(lines.join('\n')).not.toMatch(/hunter2|random-session/);
  });
});

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSecretBox, silentLogger, systemClock } from '@turnpike/core';
import { openStore, type Store } from '@turnpike/store';
import { createCli } from '../cli/run-cli.ts';
import { commands } from './index.ts';

describe('turnpike backup', () => {
  let dataDir: string;
  let store: Store;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'turnpike-backup-'));
    store = await openStore(
      { sqlDsn: '', logSqlDsn: '', sqlitePath: join(dataDir, 'turnpike.db'), migrates: true },
      {
        secretBox: createSecretBox('a key for tests only'),
        clock: systemClock,
        logger: silentLogger,
        isConsumptionLogged: () => true,
      },
    );
    await store.seedRoot({ passwordHash: 'x', now: Date.now() });
  });
  afterEach(async () => {
    await store.close();
    await rm(dataDir, { recursive: true });
  });

  async function run(argv: readonly string[], environment: Record<string, string> = {}) {
    const problems: string[] = [];
    const printed: string[] = [];
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text: string) => printed.push(text) > 0;
    try {
      const cli = createCli({
        commands,
        readEnvironment: () => ({ DATA_DIR: dataDir, LOG_LEVEL: 'fatal', ...environment }),
        printProblem: (text) => problems.push(text),
      });
      const code = await cli(['backup', '--log-dir=', ...argv]);
      return { code, printed: printed.join(''), problems: problems.join('') };
    } finally {
      process.stdout.write = write;
    }
  }

  it('copies the database of a running gateway, and says what else a restore needs', async () => {
    const { code, printed } = await run([]);

    const [name = '', ...others] = await readdir(join(dataDir, 'backups'));
    expect(others).toEqual([]);
    expect(name).toMatch(/^turnpike-\d{8}T\d{6}Z\.db$/);
    expect(code).toBe(0);
    expect(printed).toContain(join(dataDir, 'backups', name));
    expect(printed).toMatch(/\d+\.\d\d MB, \d+ tables, \d+ rows; checked/);
    expect(printed).toContain(join(dataDir, 'encryption.key'));
    expect(await readdir(dataDir)).not.toContain('encryption.key'); // only reads
  });

  it('takes a name, and refuses one that is taken', async () => {
    const file = join(dataDir, 'mine.db');
    const environment = { ENCRYPTION_KEY: '0123456789abcdef' };

    expect((await run([file], environment)).printed).toContain('ENCRYPTION_KEY: as it is set now');
    expect(await run([file], environment)).toMatchObject({
      code: 1,
      problems: `Turnpike stopped: ${file} is there already; nothing is overwritten.`,
    });
  });

  it('names the tool of another database, and never its password', async () => {
    const { code, problems } = await run([], {
      SQL_DSN: 'postgres://gate:hunter2@db.example/turnpike',
    });

    expect(code).toBe(1);
    expect(problems).toContain(
      'pg_dump --format=custom --file=turnpike.dump --host=db.example --port=5432 --username=gate turnpike',
    );
    expect(problems).not.toContain('hunter2');
  });
});

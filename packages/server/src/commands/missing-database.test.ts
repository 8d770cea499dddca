import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCli } from '../cli/run-cli.ts';
import { commands } from './index.ts';

const commandsOnWhatIsThere: string[][][] = [
  [['verify-ledger']],
  [['book-external-changes']],
  [['queue']],
  [['queue', 'retry', 'all']],
  [['encrypt-keys']],
  [['decrypt-keys']],
  [['backup']],
];

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'turnpike-commands-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

async function run(argv: readonly string[], environment: Record<string, string> = {}) {
  const problems: string[] = [];
  const cli = createCli({
    commands,
    readEnvironment: () => ({ DATA_DIR: dataDir, LOG_LEVEL: 'fatal', ...environment }),
    printProblem: (text) => problems.push(text),
  });
  const code = await cli([...argv, '--log-dir=']);
  return { code, problems: problems.join('') };
}

describe('a command that works on what is there', () => {
  it.each(commandsOnWhatIsThere)(
    'makes no empty database where there is none: %j',
    async (argv) => {
      const { code, problems } = await run(argv);
      expect(code).toBe(1);
      expect(problems).toMatch(/there is no SQLite file/i);
      expect(problems).toContain(join(dataDir, 'turnpike.db'));
      expect(await readdir(dataDir)).toEqual([]);
    },
  );

  it('leaves a database that is not of this version as it is, and says what to do', async () => {
    // To SQLite an empty file is a database without tables.
    await writeFile(join(dataDir, 'turnpike.db'), '');
    for (const time of ['first', 'second']) {
      const { code, problems } = await run(['verify-ledger']);
      expect([time, code]).toEqual([time, 1]);
      expect(problems).toContain('run turnpike migrate');
    }
    expect((await run(['migrate'])).code).toBe(0);
    expect((await run(['verify-ledger'])).code).toBe(0);
  });

  it.each([['rebuild-redis'], ['queue'], ['verify-ledger'], ['migrate']])(
    'refuses on a slave without a database, which would hand an empty one to the others: %s',
    async (command) => {
      const { code, problems } = await run([command], {
        NODE_TYPE: 'slave',
        REDIS_CONN_STRING: 'redis://127.0.0.1:1',
        ENCRYPTION_KEY: 'a key for tests only',
      });
      expect(code).toBe(1);
      expect(problems).toMatch(/slave without a database.*where a master runs/);
      expect(await readdir(dataDir)).toEqual([]);
    },
  );

  it.each([[['queue', 'retry']], [['queue', 'drop', 'all']], [['queue', 'clear']]])(
    'tells how it is used before it looks for a database: %j',
    async (argv) => {
      expect(await run(argv)).toEqual({ code: 2, problems: '' });
    },
  );
});

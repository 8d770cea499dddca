import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { logIn } from '../support/admin-client.mjs';
import { startGateway } from '../support/start-gateway.mjs';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(180_000);

const binary = fileURLToPath(new URL('../../packages/server/bin/turnpike.mjs', import.meta.url));
const tables = fileURLToPath(
  new URL('../../packages/store/src/migrations/__fixtures__/one-api-sqlite.sql', import.meta.url),
);
const ROWS = 60_000;
/** bcrypt of `123456`. */
const PASSWORD_HASH = '$2b$10$iitDOWf.xTF7YOd1yfz0lOQC.hFz68DOK5NLUy63lIdlr2Ap6ld1S';

describe('turnpike import', () => {
  let dataDir: string;
  let source: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'turnpike-import-'));
    source = join(await mkdtemp(join(tmpdir(), 'turnpike-source-')), 'one-api.db');
    await createOneApi(source);
  });
  afterEach(async () => {
    await rm(dataDir, { recursive: true });
    await rm(join(source, '..'), { recursive: true });
  });

  function startImport(...flags: readonly string[]): {
    child: ChildProcess;
    output: () => string;
    ended: Promise<number | null>;
  } {
    const child = spawn(process.execPath, [binary, 'import', '--log-dir=', ...flags], {
      cwd: dataDir,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], DATA_DIR: dataDir, LOG_LEVEL: 'fatal' },
    });
    child.stdin.end(`${source}\n`);
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => output.push(text));
    }
    const ended = once(child, 'close').then(([code]) => code as number | null);
    return { child, output: () => output.join(''), ended };
  }

  /** 0 until there is a table. */
  function countLogs(): number {
    try {
      const db = new Sqlite(join(dataDir, 'turnpike.db'), { readonly: true });
      try {
        return Number(db.prepare('SELECT COUNT(*) FROM logs').pluck().get());
      } finally {
        db.close();
      }
    } catch {
      return 0;
    }
  }

  it('reports without a trace, goes on after kills, and the gateway goes on with what came', async () => {
    const flags = ['--from', 'one-api', '--dsn', '-'];
    const dry = startImport(...flags, '--dry-run');
    expect(await dry.ended).toBe(0);
    expect(dry.output()).toContain(`logs: ${String(ROWS)} of ${String(ROWS)} rows, Σ quota 60000`);
    expect(dry.output()).toContain('users: 1 of 1 rows, Σ quota 5000');
    expect(dry.output()).toContain('nothing was written');
    expect(await readdir(dataDir)).toEqual([]);

    for (const share of [0.1, 0.5]) {
      const { child, ended } = startImport(...flags);
      await waitFor(`${String(share)} of the rows`, () => countLogs() > share * ROWS, 60_000);
      child.kill('SIGKILL');
      await ended;
      expect(countLogs()).toBeLessThan(ROWS);
    }
    await expect(startGateway({ dataDir })).rejects.toThrow('an import into this database has not');

    const last = startImport(...flags);
    expect(await last.ended).toBe(0);
    expect(last.output()).toContain('counts and sums of every table are the same');
    expect(last.output()).toMatch(/ENCRYPTION_KEY: the text of .*encryption\.key/);
    expect(last.output()).not.toContain('upstream-sentinel');
    expect(countLogs()).toBe(ROWS);

    const gateway = await startGateway({ dataDir });
    const root = await logIn(gateway.url);
    expect(await root.getSelf()).toMatchObject({ username: 'root', quota: 5000 });
    const models = await fetch(`${gateway.url}/v1/models`, {
      headers: { authorization: `Bearer sk-${'k'.repeat(48)}` },
    });
    expect(await models.json()).toMatchObject({ data: [{ id: 'gpt-4o' }] });
    await gateway.stop();
  });

  it.each([
    [['--from', 'two-api', '--dsn', 'x.db'], 'import needs the program and its database'],
    [['--from', 'one-api'], 'import needs the program and its database'],
    [['--from', 'one-api', '--dsn', '/no/such.db'], 'there is no SQLite file /no/such.db'],
    [['--from', 'new-api', '--dsn', '-'], 'Use --from one-api'],
  ])('refuses %j and says what to do', async (flags, problem) => {
    const { ended, output } = startImport(...flags);

    expect(await ended).toBe(1);
    expect(output()).toContain(problem);
  });
});

async function createOneApi(file: string): Promise<void> {
  const db = new Sqlite(file);
  db.exec(await readFile(tables, 'utf8'));
  db.prepare(
    `INSERT INTO users (id, username, password, role, status, quota, aff_code)
     VALUES (1, 'root', ?, 100, 1, 5000, '')`,
  ).run(PASSWORD_HASH);
  db.prepare(
    `INSERT INTO tokens (id, user_id, key, status, name, expired_time, unlimited_quota)
     VALUES (1, 1, ?, 1, 'default', -1, 1)`,
  ).run('k'.repeat(48));
  db.exec(
    `INSERT INTO channels (id, type, key, status, name, models, "group", base_url)
     VALUES (1, 1, 'upstream-sentinel', 1, 'openai', 'gpt-4o', 'default', 'http://127.0.0.1:9')`,
  );
  const insert = db.prepare(
    `INSERT INTO logs (user_id, created_at, type, content, username, model_name, quota)
     VALUES (1, ?, 2, '倍率：1.25', 'root', 'gpt-4o', 1)`,
  );
  db.transaction(() => {
    for (let index = 0; index < ROWS; index += 1) insert.run(1_700_000_000 + index);
  })();
  db.close();
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import knexFactory, { type Knex } from 'knex';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { startGateway } from '../support/start-gateway.mjs';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(180_000);

const binary = fileURLToPath(new URL('../../packages/server/bin/turnpike.mjs', import.meta.url));
const ROWS = 60_000;

describe.each(['postgres', 'mysql'] as const)('turnpike move-database to %s', (kind) => {
  let dataDir: string;
  let target: TestDatabase;
  let knex: Knex;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'turnpike-move-'));
    target = await createTestDatabase(kind);
    const client = kind === 'postgres' ? 'pg' : 'mysql2';
    knex = knexFactory({ client, connection: target.dsn, pool: { min: 0, max: 2 } });
  });
  afterEach(async () => {
    await knex.destroy();
    await target.drop();
    await rm(dataDir, { recursive: true });
  });

  function startMove(): {
    child: ChildProcess;
    output: () => string;
    ended: Promise<number | null>;
  } {
    const child = spawn(process.execPath, [binary, 'move-database', '--to', '-'], {
      cwd: dataDir,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
    });
    child.stdin.end(`${target.dsn}\n`);
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => output.push(text));
    }
    const ended = once(child, 'close').then(([code]) => code as number | null);
    return { child, output: () => output.join(''), ended };
  }

  async function countCopiedLogs(): Promise<number> {
    const [row] = await knex('logs').count({ count: '*' });
    return Number(row?.count ?? 0);
  }

  it('goes on after it was killed three times, and the gateway goes on with what it moved', async () => {
    const first = await startGateway({
      dataDir,
      env: { SESSION_SECRET: 'the-same-on-both-sides' },
    });
    const refused = startMove();
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain('turnpike.db is in use. Stop the gateway');
    addLogs(join(dataDir, 'turnpike.db'), ROWS);
    await first.kill('SIGKILL'); // a part of the rows is in the write-ahead log only

    for (const share of [0.1, 0.3, 0.5]) {
      const { child, ended } = startMove();
      await waitFor(
        `${String(share)} of the rows`,
        async () => (await countCopiedLogs()) > share * ROWS,
        60_000,
      );
      child.kill('SIGKILL');
      await ended;
      expect(await countCopiedLogs()).toBeLessThan(ROWS);
    }
    const elsewhere = await mkdtemp(join(dataDir, 'elsewhere-'));
    const tooEarly = startGateway({ dataDir: elsewhere, env: { SQL_DSN: target.dsn } });
    await expect(tooEarly).rejects.toThrow('a move into this database has not ended');

    const last = startMove();
    expect(await last.ended).toBe(0);
    expect(last.output()).toContain('Going on in logs, where an earlier run ended.');
    expect(last.output()).toContain('contents of every table are the same');
    expect(last.output()).toMatch(/ENCRYPTION_KEY +the text of .*encryption\.key/);
    expect(last.output()).not.toContain(new URL(target.dsn).password || 'no password');
    expect(await countCopiedLogs()).toBe(ROWS);

    const encryptionKey = (await readFile(join(dataDir, 'encryption.key'), 'utf8')).trim();
    const moved = await startGateway({
      env: { SQL_DSN: target.dsn, ENCRYPTION_KEY: encryptionKey },
    });
    const answer = await fetch(`${moved.url}/api/user/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'root', password: '123456' }),
    });
    expect(await answer.json()).toMatchObject({ success: true, data: { username: 'root' } });
    await moved.stop();
  });
});

/** Rows as a gateway writes them. */
function addLogs(file: string, count: number): void {
  const db = new Sqlite(file);
  const insert = db.prepare(
    `INSERT INTO logs (user_id, created_at, type, content, username, model_name, request_id, quota, details)
     VALUES (1, ?, 2, '倍率：1.25', 'root', 'gpt-4o', ?, 0, '{"v":1}')`,
  );
  db.transaction(() => {
    for (let index = 0; index < count; index += 1)
      insert.run(1_790_000_000 + index, `request-${String(index)}`);
  })();
  db.close();
}

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger, type LoggerSettings } from './create-logger.ts';
import { openDailyLogFile, openLogStream } from './daily-log-file.ts';

const settings: LoggerSettings = { logLevel: 'info', logDir: undefined, hasOnlyOneLogFile: false };

describe('createLogger', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'turnpike-logs-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  async function logged(write: (logger: ReturnType<typeof createLogger>['logger']) => void) {
    const path = join(directory, 'out.log');
    const { logger, close } = createLogger(settings, [openLogStream(path)]);
    write(logger);
    await close();
    return readFileSync(path, 'utf8');
  }

  it('writes a JSON line with level, time, fields and message', async () => {
    const line: unknown = JSON.parse(
      await logged((logger) => {
        logger.info({ requestId: 'r1', status: 200 }, 'request finished');
      }),
    );
    expect(line).toEqual({
      level: 'info',
      time: expect.any(String),
      requestId: 'r1',
      status: 200,
      msg: 'request finished',
    });
  });

  it('keeps every secret of a request, an error and its causes out of the log', async () => {
    const cause = new Error('Incorrect API key provided: sk-proj-cause12345678');
    const error = Object.assign(
      new Error('GET https://u:hunter2@host/?key=querysecret', { cause }),
      {
        headers: { 'x-api-key': 'header-secret' },
      },
    );
    const text = await logged((logger) => {
      logger.error(
        {
          request: {
            headers: { Authorization: 'Bearer client-secret-1', cookie: 'session=s3cr3t-cookie' },
            url: '/v1/models?access_token=tokensecret&x=1',
          },
          user: { password: 'passw0rd', apiTokenId: 5 },
          channels: [{ key: 'upstream-key-1', id: 3 }],
          note: 'sent Authorization: Bearer abcdefgh12345678',
          dsn: 'root:dsnsecret@tcp(localhost:3306)/oneapi',
          err: error,
        },
        'upstream failed',
      );
    });
    expect(text).not.toMatch(
      /client-secret|s3cr3t|tokensecret|passw0rd|upstream-key|abcdefgh1234|dsnsecret|cause1234|hunter2|querysecret|header-secret/,
    );
    expect(text).toMatch(/"apiTokenId":5/);
    expect(text).toMatch(/"id":3/);
  });

  it('keeps the values of a statement that failed out of the log', async () => {
    const error = Object.assign(new Error('duplicate key'), {
      code: '23505',
      sql: "INSERT INTO users (password) VALUES ('$2b$12$hash-of-root')",
    });
    const text = await logged((logger) => {
      logger.error({ err: error }, 'not stored');
    });
    expect(text).not.toContain('hash-of-root');
    expect(text).toContain('23505');
  });

  it('leaves the caller’s objects as they were', async () => {
    const fields = { headers: { authorization: 'Bearer keep-me-here' } };
    await logged((logger) => {
      logger.info(fields, 'seen');
    });
    expect(fields.headers.authorization).toBe('Bearer keep-me-here');
  });

  it('writes nothing below the level', async () => {
    expect(
      await logged((logger) => {
        logger.debug({}, 'hidden');
      }),
    ).toBe('');
  });

  it('begins a new file at midnight', async () => {
    let now = new Date(2026, 0, 31, 23, 59);
    const file = openDailyLogFile(join(directory, 'daily'), () => now);
    file.write('january\n');
    await file.flush();
    now = new Date(2026, 1, 1, 0, 0);
    file.write('february\n');
    await file.flush();
    expect(readdirSync(join(directory, 'daily')).sort()).toEqual([
      'turnpike-20260131.log',
      'turnpike-20260201.log',
    ]);
    expect(readFileSync(join(directory, 'daily', 'turnpike-20260201.log'), 'utf8')).toBe(
      'february\n',
    );
  });

  it.each([
    [true, /^turnpike\.log$/],
    [false, /^turnpike-\d{8}\.log$/],
  ])('names the file by ONLY_ONE_LOG_FILE=%s', async (hasOnlyOneLogFile, name) => {
    const logDir = join(directory, 'a', 'b');
    await createLogger({ ...settings, logDir, hasOnlyOneLogFile }).close();
    expect(readdirSync(logDir)).toEqual([expect.stringMatching(name)]);
  });

  it('throws where the directory cannot be written', () => {
    expect(() => createLogger({ ...settings, logDir: '/dev/null/logs' })).toThrow(/ENOTDIR/);
  });
});

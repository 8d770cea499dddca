import type { Redis } from 'ioredis';
import type { RedisClient } from './connect.ts';
import { mastersOf } from './masters-of.ts';

/** What the start-up check found. Texts are for the person who starts the process: what is wrong and what to change. */
export interface RedisCheck {
  /** The gateway must not start like this. */
  problems: readonly string[];
  /** It can, but something may be lost or was not allowed to be looked at. */
  warnings: readonly string[];
}

const LEAST_VERSION = [6, 2] as const;

/**
 * Looks whether Redis is fit for the ledger: reachable, has the database that is named, new enough, forgets nothing,
 * writes what it has to disk. Each master of a Redis Cluster is looked at. Managed services that forbid CONFIG or INFO
 * get a warning. Never throws.
 *
 * @param timeoutMs how long Redis may take to become reachable
 */
export async function checkRedis(client: RedisClient, timeoutMs: number): Promise<RedisCheck> {
  const failure = await waitUntilReady(client, timeoutMs);
  if (failure !== undefined) return { problems: [failure], warnings: [] };
  const checks = await Promise.all(mastersOf(client).map(checkServer));
  return {
    problems: [...new Set(checks.flatMap(({ problems }) => problems))],
    warnings: [...new Set(checks.flatMap(({ warnings }) => warnings))],
  };
}

/** Undefined when a command was answered in time. */
async function waitUntilReady(client: RedisClient, timeoutMs: number): Promise<string | undefined> {
  const seconds = String(timeoutMs / 1000);
  let reason = 'no connection';
  const onError = (error: Error & { lastNodeError?: Error | undefined }): void => {
    reason = error.lastNodeError?.message ?? (error.message || String(error));
  };
  client.on('error', onError);
  const { promise: isReady, stop } = readyWithin(client, timeoutMs);
  try {
    if (await isReady) return undefined;
    return `Redis did not answer within ${seconds} s (${reason}). ${adviceFor(reason)}`;
  } finally {
    stop();
    client.off('error', onError);
  }
}

function adviceFor(reason: string): string {
  return /^(?:WRONGPASS|NOAUTH|NOPERM|ERR (?:invalid password|AUTH))/i.test(reason)
    ? 'Check the user and the password in REDIS_CONN_STRING, or REDIS_PASSWORD.'
    : 'Check REDIS_CONN_STRING, and that the server runs and can be reached from here.';
}

function readyWithin(
  client: RedisClient,
  timeoutMs: number,
): { promise: Promise<boolean>; stop(): void } {
  if (client.status === 'ready') return { promise: Promise.resolve(true), stop() {} };
  let stop = (): void => {};
  const promise = new Promise<boolean>((resolve) => {
    const onReady = (): void => resolve(true);
    const timer = setTimeout(() => resolve(false), timeoutMs);
    client.once('ready', onReady);
    stop = () => {
      clearTimeout(timer);
      client.off('ready', onReady);
    };
  });
  return { promise, stop };
}

async function checkServer(server: Redis): Promise<RedisCheck> {
  const problems: string[] = [];
  const warnings: string[] = [];
  const place = `Redis ${server.options.host ?? ''}:${String(server.options.port ?? '')}`;
  const refusal = await refusalOfDatabase(server);
  if (refusal !== undefined)
    problems.push(
      `${place} does not let this client use database ${String(server.options.db)} (${refusal}). Put another number behind the address in REDIS_CONN_STRING, or none.`,
    );
  const info = await readInfo(server);
  const version = info?.get('redis_version');
  if (version === undefined) {
    warnings.push(`${place} does not tell its version: make sure that it is 6.2 or newer.`);
  } else if (isOlder(version)) {
    problems.push(`${place} is version ${version}. Turnpike needs 6.2 or newer (or Valkey).`);
  }
  const policy = (await readSetting(server, 'maxmemory-policy')) ?? info?.get('maxmemory_policy');
  if (policy === undefined) {
    warnings.push(
      `${place} does not tell its maxmemory-policy: make sure that it is noeviction, else reserved quota may be forgotten.`,
    );
  } else if (policy !== 'noeviction') {
    problems.push(
      `${place} has maxmemory-policy ${policy}, so that reserved quota and queued usage may be forgotten. Set it to noeviction (CONFIG SET maxmemory-policy noeviction, and in redis.conf).`,
    );
  }
  const appends = (await readSetting(server, 'appendonly')) ?? toYesOrNo(info?.get('aof_enabled'));
  if (appends === undefined) {
    warnings.push(
      `${place} does not tell whether its append-only file is on: make sure that it is, else a restart loses what is queued.`,
    );
  } else if (appends !== 'yes') {
    warnings.push(
      `${place} keeps no append-only file: after its restart relays send what they still have again, but accounts must be loaded again first. Turn it on (CONFIG SET appendonly yes, and in redis.conf).`,
    );
  }
  return { problems, warnings };
}

/** A client whose database is refused goes on in database 0 without a word, perhaps among the keys of somebody else. */
async function refusalOfDatabase(server: Redis): Promise<string | undefined> {
  const { db = 0 } = server.options;
  if (db === 0) return undefined;
  try {
    await server.select(db);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Undefined where the service forbids it. */
async function readSetting(server: Redis, name: string): Promise<string | undefined> {
  try {
    const answer = await server.config('GET', name);
    return answer[1];
  } catch {
    return undefined; // the caller says what can not be known
  }
}

/** Undefined where the service forbids it. */
async function readInfo(server: Redis): Promise<Map<string, string> | undefined> {
  try {
    const lines = (await server.info()).split('\r\n');
    return new Map(
      lines.map((line): [string, string] => {
        const [name = '', value = ''] = line.split(':', 2);
        return [name, value];
      }),
    );
  } catch {
    return undefined; // the caller says what can not be known
  }
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_VERSION;
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}

function toYesOrNo(flag: string | undefined): string | undefined {
  return flag === undefined ? undefined : flag === '1' ? 'yes' : 'no';
}

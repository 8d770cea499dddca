import type { RedisSettings } from './redis-settings.ts';

/** The parts of one address. */
export interface RedisAddress {
  host: string;
  /** Undefined: the default of what is there. */
  port: number | undefined;
  username?: string;
  password?: string;
  /** Number of the database; 0: the first. */
  db: number;
  isTls: boolean;
}

const VARIABLE = 'REDIS_CONN_STRING';
const EXPECTED =
  'expected redis://[user:password@]host:port/database, rediss:// for TLS, or host:port';

/**
 * Reads what REDIS_CONN_STRING says: one address, or several separated by commas (nodes of a Redis Cluster, or
 * sentinels where there is a master's name).
 *
 * @throws an error that names the variable and what was expected, never the password
 */
export function parseRedisAddresses({
  address,
  masterName,
}: Pick<RedisSettings, 'address' | 'masterName'>): readonly [RedisAddress, ...RedisAddress[]] {
  const texts = address
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const [first, ...others] = texts.map(parseAddress);
  if (first === undefined) throw new Error(`${VARIABLE} is empty: ${EXPECTED}.`);
  if (others.length > 0 && masterName === undefined && [first, ...others].some(({ db }) => db > 0))
    throw new Error(`${VARIABLE}: a Redis Cluster has no database but 0; leave the number out.`);
  return [first, ...others];
}

function parseAddress(text: string, index: number): RedisAddress {
  const place = `${VARIABLE}, address ${index + 1}`;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'redis' && scheme !== 'rediss')
    throw new Error(`${place}: ${scheme}:// is not known; ${EXPECTED}.`);
  const url = parseUrl(scheme === undefined ? `redis://${text}` : text, place);
  if (url.hostname === '') throw new Error(`${place}: the host is missing; ${EXPECTED}.`);
  const path = url.pathname.replace(/^\//, '');
  if (!/^\d*$/.test(path)) throw new Error(`${place}: the database must be a number; ${EXPECTED}.`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? undefined : Number(url.port),
    ...(url.username !== '' && { username: decode(url.username, place) }),
    ...(url.password !== '' && { password: decode(url.password, place) }),
    db: Number(path),
    isTls: url.protocol === 'rediss:',
  };
}

function parseUrl(text: string, place: string): URL {
  try {
    return new URL(text);
  } catch {
    // Without the cause: its text has the whole address, the password as well.
    throw new Error(
      `${place} can not be read: ${EXPECTED}. Write special characters of a password as %-escapes (/ is %2F, # is %23, @ is %40).`,
    );
  }
}

function decode(text: string, place: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error(`${place}: a % in user or password begins an escape; write it as %25.`);
  }
}

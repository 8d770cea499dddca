import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisSettings } from './redis-settings.ts';

export type RedisClient = Redis | Cluster;

/** How a connection behaves when Redis does not answer. */
type Rules = Pick<
  RedisOptions,
  | 'enableOfflineQueue'
  | 'maxRetriesPerRequest'
  | 'autoResendUnfulfilledCommands'
  | 'commandTimeout'
  | 'connectTimeout'
>;

/** The parts of an address. */
type Address = Pick<RedisOptions, 'host' | 'port' | 'username' | 'password' | 'db' | 'tls'>;

/**
 * A connection that serves requests: it fails fast. Nothing waits in an offline queue, a command without an answer is
 * given up after its deadline (and may still run later), and nothing is sent again by itself.
 */
export function connectProducer(settings: RedisSettings): RedisClient {
  return open(settings, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: settings.commandTimeoutMs,
    connectTimeout: Math.max(1000, settings.commandTimeoutMs),
  });
}

/** A connection of something that consumes: it waits for Redis as long as it takes. Never shared with what serves. */
export function connectConsumer(settings: RedisSettings): RedisClient {
  return open(settings, { maxRetriesPerRequest: null });
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1000;

function open(settings: RedisSettings, rules: Rules): RedisClient {
  const retryStrategy = (times: number): number => Math.min(FIRST_RETRY_MS * times, LAST_RETRY_MS);
  const addresses = settings.address.split(',').map((text) => toOptions(text.trim()));
  const [first = {}] = addresses;
  const common = { ...rules, retryStrategy };
  if (settings.masterName !== undefined) {
    return new Redis({
      ...common,
      sentinels: addresses.map(({ host = '127.0.0.1', port = 26_379 }) => ({ host, port })),
      name: settings.masterName,
      ...(settings.password !== undefined && { password: settings.password }),
      ...(first.db !== undefined && { db: first.db }),
    });
  }
  if (addresses.length === 1) return new Redis({ ...common, ...first });
  const { enableOfflineQueue = true, ...redisOptions } = common;
  const { username, password, tls } = first;
  return new Cluster(
    addresses.map(({ host = '127.0.0.1', port = 6379 }) => ({ host, port })),
    {
      enableOfflineQueue,
      clusterRetryStrategy: retryStrategy,
      redisOptions: {
        ...redisOptions,
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password }),
        ...(tls !== undefined && { tls }),
      },
    },
  );
}

/** `redis://user:password@host:port/db`, `rediss://…`, or just `host:port`. */
function toOptions(text: string): Address {
  const url = new URL(/^rediss?:\/\//.test(text) ? text : `redis://${text}`);
  const db = Number(url.pathname.slice(1));
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    ...(db > 0 && { db }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
  };
}

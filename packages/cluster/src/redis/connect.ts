import { silentLogger, type Logger } from '@turnpike/core';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { setDeadline } from './deadline-watch.ts';
import { parseRedisAddresses, type RedisAddress } from './parse-redis-address.ts';
import type { RedisSettings } from './redis-settings.ts';

export type RedisClient = Redis | Cluster;

/** How a connection behaves when Redis does not answer. */
type Rules = Pick<
  RedisOptions,
  | 'enableOfflineQueue'
  | 'maxRetriesPerRequest'
  | 'autoResendUnfulfilledCommands'
  | 'connectTimeout'
  | 'socketTimeout'
>;

/** What a client says when it logs in, to a server or to a node of a Redis Cluster. */
type Login = Pick<RedisOptions, 'username' | 'password' | 'tls'>;

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1000;
const CONSUMER_CONNECT_TIMEOUT_MS = 10_000;
/** A connection on which nothing comes back for this many deadlines is broken, though TCP has not noticed. */
const BROKEN_AFTER_DEADLINES = 3;

/**
 * A connection that serves requests: it fails fast. Nothing waits in an offline queue, a command without an answer is
 * given up after its deadline (and may still run later), and nothing is sent again by itself. It connects, and connects
 * again, in the background.
 *
 * @throws when the address can not be read; the message names REDIS_CONN_STRING
 */
export function connectProducer(
  settings: RedisSettings,
  logger: Logger = silentLogger,
): RedisClient {
  const { commandTimeoutMs } = settings;
  const client = open(settings, logger, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: Math.max(1000, commandTimeoutMs),
    socketTimeout: BROKEN_AFTER_DEADLINES * commandTimeoutMs,
  });
  setDeadline(client, commandTimeoutMs);
  return client;
}

/**
 * A connection of something that consumes: it waits for Redis as long as it takes. Never shared with what serves.
 *
 * @throws when the address can not be read; the message names REDIS_CONN_STRING
 */
export function connectConsumer(
  settings: RedisSettings,
  logger: Logger = silentLogger,
): RedisClient {
  return open(settings, logger, {
    maxRetriesPerRequest: null,
    connectTimeout: CONSUMER_CONNECT_TIMEOUT_MS,
  });
}

function open(settings: RedisSettings, logger: Logger, rules: Rules): RedisClient {
  const client = createClient(settings, rules);
  // Without a listener the client writes to the console. Commands fail with the same error.
  client.on('error', (error: unknown) => logger.debug({ err: error }, 'redis connection failed'));
  return client;
}

function createClient(settings: RedisSettings, rules: Rules): RedisClient {
  const addresses = parseRedisAddresses(settings);
  const [first] = addresses;
  const common = { ...rules, retryStrategy };
  const login = loginOf(first, settings.password);
  if (settings.masterName !== undefined) {
    const { tls } = login;
    // With a password of the master's own, the one in the address is the sentinels'.
    const sentinelPassword = settings.password === undefined ? undefined : first.password;
    return new Redis({
      ...common,
      ...login,
      sentinels: addresses.map(({ host, port = 26_379 }) => ({ host, port })),
      name: settings.masterName,
      db: first.db,
      ...(tls !== undefined && { enableTLSForSentinelMode: true, sentinelTLS: tls }),
      ...(sentinelPassword !== undefined && { sentinelPassword }),
      sentinelRetryStrategy: retryStrategy,
    });
  }
  if (addresses.length === 1) {
    const { host, port = 6379, db } = first;
    return new Redis({ ...common, ...login, host, port, db });
  }
  const { enableOfflineQueue = true, ...nodeRules } = rules;
  return new Cluster(
    addresses.map(({ host, port = 6379 }) => ({ host, port })),
    {
      enableOfflineQueue,
      clusterRetryStrategy: retryStrategy,
      // Names of nodes are not looked up before TLS sees them: its certificates are made out to names.
      ...(first.isTls && { dnsLookup: (address, callback) => callback(null, address) }),
      redisOptions: { ...nodeRules, ...login },
    },
  );
}

function retryStrategy(times: number): number {
  return Math.min(FIRST_RETRY_MS * times, LAST_RETRY_MS);
}

function loginOf({ username, password, isTls }: RedisAddress, override?: string): Login {
  const secret = override ?? password;
  return {
    ...(username !== undefined && { username }),
    ...(secret !== undefined && { password: secret }),
    ...(isTls && { tls: {} }),
  };
}

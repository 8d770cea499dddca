import { optionalSetting, setting } from './setting-definition.ts';
import {
  anyText,
  choice,
  durationMs,
  flag,
  format,
  sizeBytes,
  webUrl,
  wholeNumber,
} from './value-formats.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

const redisAddress = format(
  'redis://[user:password@]host:port[/database], rediss://… for TLS, or several host:port separated by commas (Redis Cluster, or sentinels with REDIS_MASTER_NAME)',
  (text) => (text.split(',').every((address) => isRedisAddress(address.trim())) ? text : undefined),
);

function isRedisAddress(text: string): boolean {
  const url = /^rediss?:\/\//.test(text) ? text : `redis://${text}`;
  if (!URL.canParse(url)) return false;
  const { hostname, pathname } = new URL(url);
  return hostname !== '' && /^(\/\d{0,5})?$/.test(pathname);
}

const keyPrefix = format('1 to 64 letters, digits, ".", "_", ":" or "-"', (text) =>
  /^[\w.:-]{1,64}$/.test(text) ? text : undefined,
);

const workerCount = format('auto, or a whole number from 1 to 256', (text) => {
  if (text.toLowerCase() === 'auto') return 'auto' as const;
  return /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 256
    ? Number(text)
    : undefined;
});

/** What makes a node part of a cluster, and the times that the cluster keeps. */
export const clusterSettings = {
  nodeType: optionalSetting('NODE_TYPE', choice('master', 'slave'), {
    text: 'master or slave in a cluster; without Redis there is one standalone process. slave needs REDIS_CONN_STRING.',
  }),
  redisUrl: optionalSetting('REDIS_CONN_STRING', redisAddress, {
    isSecret: true,
    text: 'Redis of a cluster; unset means standalone. See docs/guides/run-a-cluster.md.',
  }),
  redisMasterName: optionalSetting('REDIS_MASTER_NAME', anyText, {
    text: 'Name of the master that the sentinels in REDIS_CONN_STRING know.',
  }),
  redisPassword: optionalSetting('REDIS_PASSWORD', anyText, {
    isSecret: true,
    text: 'Password of Redis, where the address has none.',
  }),
  redisKeyPrefix: setting('REDIS_KEY_PREFIX', keyPrefix, 'turnpike', {
    text: 'Begins every key in Redis; the same on all nodes of a cluster, another one for each cluster.',
  }),
  redisCommandTimeoutMs: setting('REDIS_COMMAND_TIMEOUT', durationMs('ms', 10), '1000ms', {
    text: 'How long a request waits for Redis before it is refused, or its bill goes to the journal.',
  }),
  isRelayEnabled: setting('RELAY_ENABLED', flag, 'true', {
    role: 'master',
    text: 'Whether a master of a cluster relays too; a slave always does.',
  }),
  workers: setting('WORKERS', workerCount, '1', {
    text: 'Relay processes behind the one port; auto is one for each core. More than one needs Redis.',
  }),
  journalDir: optionalSetting('JOURNAL_DIR', anyText, {
    role: 'relay',
    text: 'Directory of usage that is not in the database yet; unset means journal in DATA_DIR, off keeps it in memory only.',
  }),
  journalMaxBytes: setting('JOURNAL_MAX_MB', sizeBytes(MIB, 1024 * GIB), '256', {
    role: 'relay',
    text: 'Largest journal of a process; requests are refused (503) where it might not hold their bill.',
  }),
  holdLifeMs: setting('HOLD_LIFE', durationMs('s', 1000), '60s', {
    text: 'A reservation that no node renews expires after this; the same on all nodes.',
  }),
  nodeHeartbeatMs: setting('NODE_HEARTBEAT', durationMs('ms', 50), '1000ms', {
    text: 'How often a node tells that it lives, and looks what the database has taken over.',
  }),
  nodeTimeoutMs: setting('NODE_TIMEOUT', durationMs('s', 500), '15s', {
    text: 'A node that was not seen for this long counts as gone.',
  }),
  resendAfterMs: setting('RESEND_AFTER', durationMs('s', 100), '60s', {
    role: 'relay',
    text: 'Usage that the database did not take over after this is sent again; it is never charged twice.',
  }),
  expireIntervalMs: setting('EXPIRE_INTERVAL', durationMs('s', 100), '5s', {
    role: 'master',
    text: 'How often reservations that nobody renews are looked for.',
  }),
  sweepIntervalMs: setting('SWEEP_INTERVAL', durationMs('s', 100), '60s', {
    role: 'master',
    text: 'How often Redis is compared with the database and put right.',
  }),
  recoverAfterMs: setting('RECOVER_AFTER', durationMs('s', 100), '600s', {
    role: 'master',
    text: 'A finished request whose usage did not arrive after this is charged with what Redis knows of it.',
  }),
  queueStallMs: setting('QUEUE_STALL_INTERVAL', durationMs('s', 100), '30s', {
    role: 'master',
    text: 'Usage that a master took and did not finish is taken over by another one after this.',
  }),
  responseStoreRedisUrl: optionalSetting('RESPONSE_STORE_REDIS', redisAddress, {
    isSecret: true,
    role: 'relay',
    text: 'Redis of its own for answers of the Responses API that can be gone on from; unset means the one of the cluster.',
  }),
  responseStoreMaxBytes: setting('RESPONSE_STORE_MAX_MB', sizeBytes(0, 1024 * GIB), '64', {
    role: 'relay',
    text: 'Most that such answers may take, packed, of all nodes together; the oldest go first. 0 means that none is kept.',
  }),
  responseStoreDays: setting('RESPONSE_STORE_DAYS', wholeNumber(1, 3650), '30', {
    role: 'relay',
    text: 'How many days such answers are kept.',
  }),
  syncFrequencyMs: setting('SYNC_FREQUENCY', durationMs('s', 1000), '600s', {
    text: 'How often options and channels are read again, as a safety net: changes are announced at once. In a cluster nodes look twice a second and more; there it is the time between two passes over all accounts.',
  }),
  frontendBaseUrl: optionalSetting('FRONTEND_BASE_URL', webUrl('http', 'https'), {
    text: 'Slaves only: where everything but the relay is redirected to; ignored elsewhere.',
  }),
} as const;

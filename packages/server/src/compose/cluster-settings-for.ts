import type { RedisClusterSettings, ResponseStoreLimits } from '@turnpike/cluster/redis';
import type { Settings } from '../settings/load-settings.ts';
import { sharedSecrets } from './cluster-secrets.ts';

/** What nodes share: the part of the settings that Redis, the journal and the queue go by. */
export function redisClusterSettings(
  settings: Settings,
  nodeId: string,
  version: string,
): RedisClusterSettings {
  return {
    nodeId,
    role: settings.role === 'slave' ? 'slave' : 'master',
    version,
    redis: {
      address: settings.redisUrl ?? '',
      keyPrefix: settings.redisKeyPrefix,
      commandTimeoutMs: settings.redisCommandTimeoutMs,
      ...(settings.redisMasterName !== undefined && { masterName: settings.redisMasterName }),
      ...(settings.redisPassword !== undefined && { password: settings.redisPassword }),
    },
    responseStore: {
      ...responseStoreLimits(settings),
      ...(settings.responseStoreRedisUrl !== undefined && {
        address: settings.responseStoreRedisUrl,
      }),
    },
    stateSecrets: {
      current: sharedSecrets(settings).encryptionKey,
      older: settings.olderEncryptionKeys,
    },
    journalDir: settings.journalDir,
    journalMaxBytes: settings.journalMaxBytes,
    holdLifeMs: settings.holdLifeMs,
    heartbeatMs: settings.nodeHeartbeatMs,
    nodeTimeoutMs: settings.nodeTimeoutMs,
    resendAfterMs: settings.resendAfterMs,
    queueStallMs: settings.queueStallMs,
  };
}

/** How much of answers that can be gone on from is kept, and for how long. */
export function responseStoreLimits(settings: Settings): ResponseStoreLimits {
  return {
    maxBytes: settings.responseStoreMaxBytes,
    lifeMs: settings.responseStoreDays * 24 * 60 * 60 * 1000,
  };
}

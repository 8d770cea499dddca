import type { Clock, Logger, ResponseStore, SecretKeys } from '@turnpike/core';
import { connectProducer, type RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisSettings } from '../redis/redis-settings.ts';
import type { ResponseStoreLimits } from './in-process-response-store.ts';
import { RedisResponseStore } from './redis-response-store.ts';

/**
 * Opens the store in the cluster's Redis, or in one of its own: then that one may be away without anything else failing.
 *
 * @throws when the address can not be read
 */
export function openRedisResponseStore(
  settings: {
    redis: RedisSettings;
    responseStore: ResponseStoreLimits & { address?: string };
    stateSecrets: SecretKeys;
  },
  deps: { redis: RedisClient; keys: Keys; clock: Clock; logger: Logger },
): ResponseStore {
  const { address, ...limits } = settings.responseStore;
  const secrets = settings.stateSecrets;
  if (address === undefined) return new RedisResponseStore({ ...deps, ...limits, secrets });
  const { keyPrefix, commandTimeoutMs } = settings.redis;
  const own = connectProducer({ address, keyPrefix, commandTimeoutMs }, deps.logger);
  const store = new RedisResponseStore({ ...deps, ...limits, secrets, redis: own });
  return {
    isOpen: store.isOpen,
    put: (response) => store.put(response),
    find: (userId, id) => store.find(userId, id),
    remove: (userId, id) => store.remove(userId, id),
    close() {
      own.disconnect();
      return Promise.resolve();
    },
  };
}

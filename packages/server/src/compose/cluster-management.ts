import { setTimeout as delay } from 'node:timers/promises';
import type { ClaimingDatabase, RedisCluster } from '@turnpike/cluster/redis';
import type { Clock } from '@turnpike/core';
import type { Master } from '@turnpike/master';
import type { Relay } from '@turnpike/relay';
import type { Store } from '@turnpike/store';
import { composeMaster } from './compose-master.ts';
import { prepareFirstStart } from './first-start.ts';
import { followOptions } from './follow-options.ts';
import type { ComposeDeps, Management } from './gateway.ts';
import { openGatewayStore, type GatewayStore } from './open-gateway-store.ts';

/** What the parts of a cluster's node have in common. */
export interface ClusterParts extends ComposeDeps {
  cluster: RedisCluster;
  clock: Clock;
  nodeId: string;
}

/**
 * The database and the management API of a node. With `migrates` the database is brought up to date first, and an
 * unreachable one is an error; without, this waits until a master has done that. The same with a Redis that belongs to
 * another database.
 */
export async function openManagement(
  parts: ClusterParts,
  relay: Relay,
  { migrates }: { migrates: boolean },
): Promise<Management> {
  const { settings, directory, lifecycle, logger, cluster } = parts;
  const { store, noteSnapshot } = migrates
    ? await openGatewayStore({ settings, directory, logger })
    : await waitForStore(parts);
  lifecycle.onStop('store', () => store.close());
  await store.checkSecrets();
  await (migrates ? holdRedis(parts, store) : waitForRedis(parts, store));
  if (migrates) await prepareFirstStart(store, settings);

  const { configBus } = cluster;
  lifecycle.onStop('options', followOptions({ configBus, noteSnapshot, logger }));

  const master = composeMaster({ ...parts, store, relay });
  if (migrates) await startMaster(master, parts);
  else
    await master.start().catch((error: unknown) => {
      logger.warn({ err: error }, 'configuration not published at the start: a master does it');
    });
  return { master, store };
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5000;

/** A Redis that does not answer at once is no reason to end: what it was not given is given to it as soon as it takes it. */
async function startMaster(
  master: Pick<Master, 'start'>,
  { lifecycle, logger }: Pick<ClusterParts, 'lifecycle' | 'logger'>,
): Promise<void> {
  const stopping = new AbortController();
  lifecycle.onStop('first publication', () => {
    stopping.abort();
  });
  const start = async (): Promise<boolean> => {
    try {
      await master.start();
      return true;
    } catch (error) {
      logger.warn({ err: error }, 'configuration not published at the start; trying again');
      return false;
    }
  };
  const goOn = async (): Promise<void> => {
    for (let pauseMs = FIRST_RETRY_MS; ; pauseMs = Math.min(pauseMs * 2, LAST_RETRY_MS)) {
      await delay(pauseMs, undefined, { signal: stopping.signal });
      if (await start()) return;
    }
  };
  if (!(await start())) goOn().catch(() => undefined); // told to stop
}

/**
 * From here on Redis belongs to this database, before anything of it is in there. One that does not answer just now is
 * asked again with each heartbeat.
 *
 * @throws where it belongs to another database
 */
async function holdRedis(
  { cluster: { claim }, logger }: ClusterParts,
  store: Store,
): Promise<void> {
  try {
    await claim.hold(identityOf(store));
  } catch (error) {
    if (claim.obstacle !== undefined) throw error;
    logger.warn({ err: error }, 'redis not claimed at the start; trying again');
  }
}

/** The same for a node that relays meanwhile. @throws once the process is told to stop */
async function waitForRedis(parts: ClusterParts, store: Store): Promise<void> {
  const { cluster, lifecycle, logger } = parts;
  const stopping = new AbortController();
  lifecycle.onStop('wait for redis', () => {
    stopping.abort();
  });
  for (let pauseMs = FIRST_RETRY_MS; ; pauseMs = Math.min(pauseMs * 2, LAST_RETRY_MS)) {
    try {
      await cluster.claim.hold(identityOf(store));
      return;
    } catch (error) {
      logger.error({ err: error, pauseMs }, 'redis is not for this database; management waits');
    }
    await delay(pauseMs, undefined, { signal: stopping.signal });
  }
}

function identityOf({ databaseId, description }: Store): ClaimingDatabase {
  return { id: databaseId, description };
}

/** @throws once the process is told to stop */
async function waitForStore({
  settings,
  directory,
  logger,
  lifecycle,
}: ClusterParts): Promise<GatewayStore> {
  const stopping = new AbortController();
  lifecycle.onStop('wait for the database', () => {
    stopping.abort();
  });
  for (let pauseMs = FIRST_RETRY_MS; ; pauseMs = Math.min(pauseMs * 2, LAST_RETRY_MS)) {
    try {
      return await openGatewayStore({ settings, directory, logger, migrates: false });
    } catch (error) {
      logger.warn({ err: error, pauseMs }, 'the database is not ready; the management API waits');
    }
    await delay(pauseMs, undefined, { signal: stopping.signal });
  }
}

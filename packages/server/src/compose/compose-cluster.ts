import { openRedisCluster } from '@turnpike/cluster/redis';
import { createSecretBox, systemClock } from '@turnpike/core';
import { createRelay } from '@turnpike/relay';
import type { WorkerKind } from '../workers/worker-process.ts';
import type { ClusterParts } from './cluster-management.ts';
import { redisClusterSettings } from './cluster-settings-for.ts';
import type { ComposeDeps, Gateway, Management } from './gateway.ts';
import { createNodeId } from './node-id.ts';
import { reportByChores } from './relay-reports.ts';
import { relaySettings } from './settings-for.ts';

const NO_CONFIGURATION =
  'no configuration received yet: a master has to run with the same REDIS_CONN_STRING and REDIS_KEY_PREFIX';

/**
 * The parts list of a cluster's node. Every node relays on what Redis knows; one with a database serves the management
 * API too; a master's control process applies usage, repairs, and runs the schedules. A node without a database loads
 * nothing that is for one: it starts sooner, and is smaller.
 */
export async function composeCluster(
  deps: ComposeDeps & { kind: WorkerKind | undefined },
): Promise<Gateway> {
  const { settings, kind, directory, lifecycle, registry, logger, version } = deps;
  const clock = systemClock;
  const nodeId = createNodeId();
  const isMaster = settings.role === 'master';
  const hasControl = isMaster && kind !== 'relay';
  let management: Management | undefined;
  let snapshotVersion = (): number => 0;

  const cluster = await openRedisCluster(redisClusterSettings(settings, nodeId, version), {
    accountSource: () => management?.store.accountSource,
    snapshotVersion: () => snapshotVersion(),
    clock,
    logger,
    registry,
  });
  lifecycle.onStop('redis', () => cluster.close());
  const parts: ClusterParts = { ...deps, cluster, clock, nodeId };

  const reports = reportByChores(cluster.chores);
  lifecycle.onStop('reports', () => reports.failedRequestLog.close());
  lifecycle.onStop('usage sink', () => cluster.usageSink.close());
  const relay = await createRelay({
    ...cluster,
    ...reports,
    settings: {
      ...relaySettings(settings, nodeId, directory.temporaryDirectory),
      // An announcement may be lost; one look a heartbeat makes every change effective within a second all the same.
      configPollMs: Math.min(settings.syncFrequencyMs, settings.nodeHeartbeatMs / 2),
    },
    secretBox: createSecretBox(directory.encryptionKey, settings.olderEncryptionKeys),
    capsuleSecrets: { current: directory.encryptionKey, older: settings.olderEncryptionKeys },
    clock,
    logger,
    registry,
  });
  snapshotVersion = () => relay.snapshotVersion();
  lifecycle.onStop('relay', () => relay.stop());

  if (hasControl) {
    const { openManagement } = await import('./cluster-management.ts');
    const { runControl } = await import('./run-control.ts');
    management = await openManagement(parts, relay, { migrates: true });
    await runControl(parts, management);
  } else if (isMaster || settings.sqlDsn !== undefined) {
    const { openManagement } = await import('./cluster-management.ts');
    openManagement(parts, relay, { migrates: false }).then(
      (opened) => {
        management = opened;
      },
      (error: unknown) => {
        // Told to stop while waiting, as a rule.
        logger.debug({ err: error }, 'the management API was not opened');
      },
    );
  }
  await cluster.start();

  return {
    relay: isMaster && !settings.isRelayEnabled ? undefined : relay,
    management: () => management,
    rateLimiter: cluster.rateLimiter,
    findObstacles: () => [
      ...(relay.isReady() ? [] : [NO_CONFIGURATION]),
      ...cluster.findObstacles(),
    ],
  };
}

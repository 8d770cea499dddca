import { openInProcessCluster } from '@turnpike/cluster/in-process';
import { systemClock } from '@turnpike/core';
import { registerGivenUpNotifications } from '@turnpike/master';
import { createRelay } from '@turnpike/relay';
import { composeMaster } from './compose-master.ts';
import { responseStoreLimits } from './cluster-settings-for.ts';
import { doChores } from './do-chores.ts';
import { prepareFirstStart } from './first-start.ts';
import { followOptions } from './follow-options.ts';
import type { ComposeDeps, Gateway } from './gateway.ts';
import { openGatewayStore } from './open-gateway-store.ts';
import { reportByChores } from './relay-reports.ts';
import { relaySettings } from './settings-for.ts';
import { listStoreJobs } from './store-jobs.ts';

/**
 * The parts list of standalone mode: relay and master over SQLite (or another database) and in-process state, in one
 * process. Everything that runs is registered with the lifecycle.
 */
export async function composeStandalone(deps: ComposeDeps): Promise<Gateway> {
  const { settings, directory, lifecycle, registry, logger } = deps;
  const clock = systemClock;
  const { store, secretBox, noteSnapshot } = await openGatewayStore({
    settings,
    directory,
    logger,
  });
  lifecycle.onStop('store', () => store.close());

  await store.checkSecrets();
  await prepareFirstStart(store, settings);

  const cluster = openInProcessCluster({
    ...store,
    responseStore: responseStoreLimits(settings),
    clock,
    logger,
  });
  const { configBus } = cluster;
  lifecycle.onStop('database watch', () => cluster.close());
  lifecycle.onStop('options', followOptions({ configBus, noteSnapshot, logger }));
  lifecycle.onStop('usage sink', () => cluster.usageSink.close());

  // The relay reports to the master, and the master probes through the relay. What was reported is done before the end.
  let endChores = (): Promise<void> => Promise.resolve();
  lifecycle.onStop('chores', async () => {
    await endChores();
    await cluster.chores.close();
  });
  const reports = reportByChores(cluster.chores);
  lifecycle.onStop('reports', () => reports.failedRequestLog.close());
  const relay = await createRelay({
    ...cluster,
    ...reports,
    settings: relaySettings(settings, 'standalone', directory.temporaryDirectory),
    secretBox,
    capsuleSecrets: { current: directory.encryptionKey, older: settings.olderEncryptionKeys },
    clock,
    logger,
    registry,
  });
  lifecycle.onStop('relay', () => relay.stop());

  const master = composeMaster({ ...deps, store, cluster, relay, clock });
  await master.start();
  // Nothing has to be loaded here: ledger and directory read the database of their own process.
  const nothing = (): Promise<void> => Promise.resolve();
  const doing = await cluster.chores.work(doChores({ master, store }, nothing));
  endChores = () => doing.stop();

  registerGivenUpNotifications(registry, () => store.givenUpNotifications.count());
  const delivering = await cluster.notifications.work(
    (queued) => master.deliver(queued),
    (queued, error) => master.giveUp(queued, error),
  );
  lifecycle.onStop('notifications', () => delivering.stop());

  const schedules = await cluster.schedules.start([
    ...master.jobs,
    ...listStoreJobs(store, logger),
  ]);
  lifecycle.onStop('schedules', () => schedules.stop());
  return {
    relay,
    management: () => ({ master, store }),
    rateLimiter: cluster.rateLimiter,
    findObstacles: () => [
      ...(relay.isReady() ? [] : ['no configuration received yet']),
      ...store.findObstacles(),
      ...cluster.findObstacles(),
    ],
  };
}

import { findBalanceQuery } from '@turnpike/adaptors';
import { openInProcessCluster } from '@turnpike/cluster';
import { systemClock, type ChannelHealthReport } from '@turnpike/core';
import { createMaster, createPasswordHasher } from '@turnpike/master';
import { createRelay, createRequestId } from '@turnpike/relay';
import { prepareFirstStart } from './first-start.ts';
import type { ComposeDeps, Gateway } from './gateway.ts';
import { modelCatalogue } from './model-catalogue.ts';
import { openGatewayStore } from './open-gateway-store.ts';
import { masterSettings, relaySettings } from './settings-for.ts';
import { listStoreJobs } from './store-jobs.ts';

/**
 * The parts list of standalone mode: relay and master over SQLite (or another database) and in-process state, in one
 * process. Everything that runs is registered with the lifecycle.
 */
export async function composeStandalone({
  settings,
  directory,
  lifecycle,
  registry,
  logger,
  version,
}: ComposeDeps): Promise<Gateway> {
  const clock = systemClock;
  const { store, secretBox, noteSnapshot } = await openGatewayStore({
    settings,
    directory,
    logger,
  });
  lifecycle.onStop('store', () => store.close());

  await prepareFirstStart(store, createPasswordHasher(), settings);

  const cluster = openInProcessCluster({ ...store, clock, logger });
  cluster.configBus.subscribe('config-changed', () => {
    void cluster.configBus.latestSnapshot().then(noteSnapshot);
  });
  lifecycle.onStop('usage sink', () => cluster.usageSink.close());

  // The relay reports to the master, and the master probes through the relay.
  let reportFatalError = (_report: ChannelHealthReport): void => undefined;
  const relay = await createRelay({
    ...cluster,
    failedRequestLog: store.failedRequestLog,
    settings: relaySettings(settings, 'standalone', directory.temporaryDirectory),
    channelHealth: {
      reportFatalError: (report) => {
        reportFatalError(report);
      },
    },
    secretBox,
    clock,
    logger,
    registry,
  });
  lifecycle.onStop('relay', () => relay.stop());

  const master = createMaster({
    ...store,
    ...cluster,
    channelProbe: relay.probe,
    modelCatalogue: modelCatalogue(),
    findBalanceQuery,
    clock,
    logger,
    newRequestId: createRequestId,
    settings: masterSettings(settings, {
      version,
      startedAt: clock.now(),
      sessionSecret: directory.sessionSecret,
    }),
  });
  reportFatalError = (report) => {
    master.channelHealth.reportFatalError(report);
  };
  lifecycle.onStop('master', () => master.stop());
  await master.start();

  const schedules = await cluster.schedules.start([
    ...master.jobs,
    ...listStoreJobs(store, logger),
  ]);
  lifecycle.onStop('schedules', () => schedules.stop());
  return {
    relay,
    management: () => ({ master, store }),
    findObstacles: () => (relay.isReady() ? [] : ['no configuration received yet']),
  };
}

import { findBalanceQuery, listChannelTypes, listModelCatalogue } from '@turnpike/adaptors';
import { openInProcessCluster } from '@turnpike/cluster';
import { systemClock, type ChannelHealthReport, type Logger } from '@turnpike/core';
import {
  createMaster,
  createPasswordHasher,
  type Master,
  type ModelCatalogue,
} from '@turnpike/master';
import { createRelay, createRequestId, type Relay } from '@turnpike/relay';
import type { Store } from '@turnpike/store';
import type { Registry } from 'prom-client';
import type { Lifecycle } from '../lifecycle.ts';
import type { Settings } from '../settings/load-settings.ts';
import type { DataDirectory } from './data-directory.ts';
import { openGatewayStore } from './open-gateway-store.ts';
import { masterSettings, relaySettings } from './settings-for.ts';
import { listStoreJobs } from './store-jobs.ts';
import { prepareFirstStart } from './first-start.ts';

/** A whole gateway in one process: relay and master over SQLite (or another database) and in-process state. */
export interface Standalone {
  relay: Relay;
  master: Master;
  store: Store;
}

export interface ComposeDeps {
  settings: Settings;
  directory: DataDirectory;
  lifecycle: Lifecycle;
  registry: Registry;
  logger: Logger;
  version: string;
}

/** The parts list of standalone mode. Everything that runs is registered with the lifecycle. */
export async function composeStandalone({
  settings,
  directory,
  lifecycle,
  registry,
  logger,
  version,
}: ComposeDeps): Promise<Standalone> {
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
  return { relay, master, store };
}

const PROXY = 43;

function modelCatalogue(): ModelCatalogue {
  const types = listChannelTypes().filter(({ id }) => id > 0);
  return {
    modelsByChannelType: Object.fromEntries(
      // One API answers null for the type that takes every model.
      types.map(({ id, defaultModels }) => [id, id === PROXY ? null : defaultModels]),
    ),
    models: listModelCatalogue(),
  };
}

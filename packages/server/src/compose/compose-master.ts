import { findBalanceQuery, findModelListQuery } from '@turnpike/adaptors';
import type { Clock } from '@turnpike/core';
import { createMaster, type Master, type MasterDeps } from '@turnpike/master';
import { createRequestId, type Relay } from '@turnpike/relay';
import type { Store } from '@turnpike/store';
import type { ComposeDeps } from './gateway.ts';
import { modelCatalogue } from './model-catalogue.ts';
import { masterSettings } from './settings-for.ts';

export type MasterParts = Pick<
  ComposeDeps,
  'settings' | 'directory' | 'lifecycle' | 'logger' | 'version'
> & {
  store: Store;
  /** What nodes share, in process or over Redis. */
  cluster: Pick<MasterDeps, 'configBus' | 'rateLimiter' | 'notifications'>;
  relay: Pick<Relay, 'probe' | 'identifyClient'>;
  clock: Clock;
};

/** The control plane over a database and what nodes share; registered to be stopped, not started yet. */
export function composeMaster(parts: MasterParts): Master {
  const { settings, directory, lifecycle, logger, version, store, cluster, relay, clock } = parts;
  const master = createMaster({
    ...store,
    ...cluster,
    channelProbe: relay.probe,
    identifyClient: (request) => relay.identifyClient(request),
    modelCatalogue: modelCatalogue(),
    findBalanceQuery,
    findModelListQuery,
    clock,
    logger,
    newRequestId: createRequestId,
    settings: masterSettings(settings, {
      version,
      startedAt: clock.now(),
      sessionSecret: directory.sessionSecret,
    }),
  });
  lifecycle.onStop('master', () => master.stop());
  return master;
}

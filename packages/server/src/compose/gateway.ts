import type { Master } from '@turnpike/master';
import type { Relay } from '@turnpike/relay';
import type { Store } from '@turnpike/store';
import type { Registry } from 'prom-client';
import type { Logger, RateLimiter } from '@turnpike/core';
import type { Lifecycle } from '../lifecycle.ts';
import type { Settings } from '../settings/load-settings.ts';
import type { DataDirectory } from './data-directory.ts';

/** What a process of the gateway consists of, whatever its role. */
export interface Gateway {
  /** Undefined on a master that does not relay. */
  relay: Relay | undefined;
  /** The management API and the database behind it; undefined without one, or while it is not there yet. */
  management(): Management | undefined;
  /** For pages and unknown paths; the management API has it too. */
  rateLimiter: RateLimiter;
  /** Why this process should get no traffic now; empty: it is ready. */
  findObstacles(): readonly string[];
}

export interface Management {
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

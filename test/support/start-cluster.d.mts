import type { ServerProcess } from './services/run-program.mjs';
import type { Gateway, GatewayOptions } from './start-gateway.mjs';

export interface ClusterOptions {
  database?: 'postgres' | 'mysql';
  masters?: number;
  slaves?: number;
  env?: Record<string, string>;
  masterEnv?: Record<string, string>;
  slaveEnv?: Record<string, string>;
  redisUrl?: string;
  slaveCommand?: string[];
}

export interface DatabaseServer extends ServerProcess {
  url: string;
  /** Where its files are; copied only while it is stopped. */
  dataFolder: string;
}

export interface StartedCluster {
  database: DatabaseServer;
  masters: Gateway[];
  slaves: Gateway[];
  addMaster(more?: Record<string, string>, options?: GatewayOptions): Promise<Gateway>;
  addSlave(more?: Record<string, string>, options?: GatewayOptions): Promise<Gateway>;
  masterEnvironment: Record<string, string>;
  stop(): Promise<void>;
}

export function startCluster(options?: ClusterOptions): Promise<StartedCluster>;

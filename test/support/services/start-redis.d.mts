import type { ServerProcess } from './run-program.mjs';

export interface RedisServer extends ServerProcess {
  port: number;
  url: string;
}

export function createRedis(folder: string, more?: readonly string[]): Promise<RedisServer>;
/** A Redis or Valkey of its own in `folder`, as a cluster needs it: append-only, nothing evicted. */
export function startRedis(folder: string): Promise<{ url: string; stop: () => Promise<void> }>;

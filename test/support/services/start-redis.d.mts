import type { ServerProcess } from './run-program.mjs';

export interface RedisServer extends ServerProcess {
  port: number;
  url: string;
}

export function createRedis(folder: string, more?: readonly string[]): Promise<RedisServer>;

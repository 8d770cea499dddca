import type { ServerProcess } from './run-program.mjs';

export interface PostgresServer extends ServerProcess {
  url: string;
  dataFolder: string;
}

export function createPostgres(folder: string, more?: readonly string[]): Promise<PostgresServer>;
/** A PostgreSQL of its own in `folder`, which runs. */
export function startPostgres(folder: string): Promise<{ url: string; stop: () => Promise<void> }>;

import type { SchemaContext } from '../schema/ensure-table.ts';

/** Whether we made the database, or found it as One API left it. */
export type Origin = 'created' | 'adopted';

export interface MigrationContext extends SchemaContext {
  origin: Origin;
  /** Unix milliseconds. */
  now: number;
}

/**
 * One step forward. There is no way back: a step back would drop a user's data.
 * On MySQL a step that is killed stays half done and runs again, so each can be repeated.
 */
export interface Migration {
  /** Name of its file. */
  name: string;
  up(context: MigrationContext): Promise<void>;
}

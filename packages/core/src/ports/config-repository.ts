import type { ConfigSnapshot } from '../config/config-snapshot.ts';

export interface ConfigRepository {
  /** Everything a relay needs, read in one transaction together with its version. */
  readSnapshot(): Promise<ConfigSnapshot>;
  /** The committed version, for a cheap poll. */
  readVersion(): Promise<number>;
  /** Makes the version greater than this one, if it is not: for a database that was restored to an earlier moment. */
  raiseVersion(version: number): Promise<void>;
}

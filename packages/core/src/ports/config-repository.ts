import type { ConfigSnapshot } from '../config/config-snapshot.ts';

export interface ConfigRepository {
  /** Everything a relay needs, read in one transaction together with its version. */
  readSnapshot(): Promise<ConfigSnapshot>;
  /** The committed version, for a cheap poll. */
  readVersion(): Promise<number>;
}

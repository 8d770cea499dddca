/** One channel as a relay needs it. Immutable. */
export interface ChannelSnapshot {
  id: number;
  type: number;
  name: string;
  status: number;
  /** Sealed (see `SecretBox`), or clear where no encryption key is configured. */
  sealedKey: string;
  baseUrl: string;
  models: readonly string[];
  groups: readonly string[];
  /** Client's model → upstream's model, one step. */
  modelMapping: Readonly<Record<string, string>>;
  priority: number;
  /** 0 counts as 1 in the weighted draw. */
  weight: number;
  config: Readonly<Record<string, unknown>>;
  /** The text of `config`, where numbers in it have to go to an upstream as they were written; else undefined. */
  configText?: string | undefined;
  /** Legacy `other` column; fills an empty config field of some types. */
  other: string;
  systemPrompt: string;
}

/**
 * Everything that a relay routes and prices with, as of one moment. Swapped whole, never edited.
 * Disabled channels are in it too: an administrator may pin one and must be told that it is disabled.
 */
export interface ConfigSnapshot {
  /** Grows with every change; read from the database in the same transaction as the rest. */
  version: number;
  channels: readonly ChannelSnapshot[];
  /** Option name → value as text: only what differs from the default. */
  options: Readonly<Record<string, string>>;
}

/** `channels.status` as stored. */
export const channelStatuses = {
  unknown: 0,
  enabled: 1,
  manuallyDisabled: 2,
  autoDisabled: 3,
} as const;

/** The JSON of `channels.config`; every field is optional text. */
export interface ChannelConfig {
  region?: string;
  sk?: string;
  ak?: string;
  user_id?: string;
  api_version?: string;
  library_id?: string;
  plugin?: string;
  vertex_ai_project_id?: string;
  vertex_ai_adc?: string;
  [key: string]: unknown;
}

/** An account at an upstream, as the management API and the database know it. */
export interface Channel {
  id: number;
  type: number;
  /** The upstream credential, in the clear. Never leaves the process but to the upstream. */
  key: string;
  status: number;
  name: string;
  weight: number | null;
  createdTime: number;
  testTime: number;
  /** Milliseconds. */
  responseTime: number;
  baseUrl: string | null;
  other: string | null;
  balance: number;
  balanceUpdatedTime: number;
  /** Comma list. */
  models: string;
  /** Comma list. */
  group: string;
  usedQuota: number;
  /** JSON text, model → model. */
  modelMapping: string | null;
  priority: number | null;
  /** JSON text, see {@link ChannelConfig}. */
  config: string;
  systemPrompt: string | null;
  /** A name by which several channels are edited at once; empty: none. */
  tag: string;
}

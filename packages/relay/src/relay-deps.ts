import type {
  CapsuleBox,
  ChannelHealthSink,
  Clock,
  FailedRequestLog,
  Ledger,
  Logger,
  Pseudonymise,
  ResponseStore,
  TrafficLimits,
  StateStore,
  TokenDirectory,
  UsageSink,
} from '@turnpike/core';
import type { AudioLengths } from './audio/audio-lengths.ts';
import type { BackgroundRuns } from './background/background-runs.ts';
import type { Conversations } from './conversation/conversations.ts';
import type { TokenCounter } from './counting/token-counter.ts';
import type { BodyPool } from './http/body-pool.ts';
import type { ClientAddressOf } from './http/client-address.ts';
import type { KeyReader } from './http/key-reader.ts';
import type { StreamTicker } from './http/stream-ticker.ts';
import type { RelayMetrics } from './relay-metrics.ts';
import type { ConfigFollower } from './snapshot/follow-config.ts';
import type { ChannelAffinity } from './upstream/channel-affinity.ts';
import type { ChannelCooldowns } from './upstream/channel-cooldowns.ts';
import type { Credentials } from './upstream/credentials.ts';
import type { MediaFetcher } from './upstream/fetch-media.ts';
import type { UpstreamPools } from './upstream/pools.ts';
import type { UpstreamTimeouts } from './upstream/send.ts';
import type { RetryBudget } from './upstream/retry-budget.ts';

/** Start-up settings of the data plane. Times in milliseconds, sizes in bytes. */
export interface RelaySettings {
  nodeId: string;
  maxJsonBodyBytes: number;
  maxUploadBytes: number;
  /** For uploads above 1 MiB. */
  temporaryDirectory: string;
  firstByteTimeoutMs: number;
  streamIdleTimeoutMs: number;
  responseTimeoutMs: number;
  /** Of a whole upstream call; 0: none. */
  relayTimeoutMs: number;
  holdBackTimeoutMs: number;
  keepAliveMs: number;
  testPrompt: string;
  /** Tests only: tell the upstream our request id. */
  forwardRequestId: boolean;
}

/** Everything the steps of the pipeline use. Each takes what it needs of it. */
export interface RelayDeps {
  settings: RelaySettings;
  config: ConfigFollower;
  tokenDirectory: TokenDirectory;
  ledger: Ledger;
  trafficLimits: TrafficLimits;
  usageSink: UsageSink;
  failedRequestLog: FailedRequestLog;
  channelHealth: ChannelHealthSink;
  tokenCounter: TokenCounter;
  audioLengths: AudioLengths;
  pools: UpstreamPools;
  mediaFetcher: MediaFetcher;
  credentials: Credentials;
  bodyPool: BodyPool;
  timeouts: { stream: UpstreamTimeouts; whole: UpstreamTimeouts };
  cooldowns: ChannelCooldowns;
  affinity: ChannelAffinity;
  retryBudget: RetryBudget;
  ticker: StreamTicker;
  /** Decodes conversations that are translated. */
  conversations: Conversations;
  capsules: CapsuleBox;
  pseudonymise: Pseudonymise;
  stateStore: StateStore;
  responseStore: ResponseStore;
  backgroundRuns: BackgroundRuns;
  readKey: KeyReader;
  clientAddressOf: ClientAddressOf;
  clock: Clock;
  random: () => number;
  metrics: RelayMetrics;
  logger: Logger;
}

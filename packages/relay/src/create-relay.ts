import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  createCapsuleBox,
  createPseudonymise,
  type ChannelHealthSink,
  type ChannelProbe,
  type Clock,
  type ConfigBus,
  type FailedRequestLog,
  type Ledger,
  type Logger,
  type ResponseStore,
  type SecretKeys,
  type SecretBox,
  type TrafficLimits,
  type StateStore,
  type TokenDirectory,
  type TokenRecord,
  type UsageSink,
} from '@turnpike/core';
import type { Registry } from 'prom-client';
import { createAudioLengths } from './audio/audio-lengths.ts';
import { BackgroundRuns } from './background/background-runs.ts';
import { createConversations } from './conversation/conversations.ts';
import { createTokenCounter } from './counting/token-counter.ts';
import { BodyPool } from './http/body-pool.ts';
import { createClientAddressOf } from './http/client-address.ts';
import { answerPreflight, isPreflight } from './http/client-connection.ts';
import { createKeyReader } from './http/key-reader.ts';
import { matchRoute } from './http/relay-routes.ts';
import { answerOther } from './http/answer-other.ts';
import { StreamTicker } from './http/stream-ticker.ts';
import { authenticate } from './pipeline/authenticate.ts';
import { handleCount, isCount } from './pipeline/handle-count.ts';
import { handleRelayRequest } from './pipeline/handle-relay-request.ts';
import { RealtimeDoor } from './realtime/realtime-door.ts';
import { passThrough } from './pipeline/pass-through.ts';
import { relayProxied } from './proxied/relay-proxied.ts';
import type { RelayDeps, RelaySettings } from './relay-deps.ts';
import { createRelayMetrics } from './relay-metrics.ts';
import { followConfig } from './snapshot/follow-config.ts';
import type { ChannelDefaults } from './snapshot/relay-channel.ts';
import { ChannelAffinity } from './upstream/channel-affinity.ts';
import { ChannelCooldowns } from './upstream/channel-cooldowns.ts';
import { Credentials } from './upstream/credentials.ts';
import { createMediaFetcher } from './upstream/fetch-media.ts';
import { createUpstreamPools, type PoolSettings } from './upstream/pools.ts';
import { createChannelProbe } from './upstream/probe-channel.ts';
import { RetryBudget } from './upstream/retry-budget.ts';

/** What the data plane is made of. */
export interface RelayOptions {
  settings: RelaySettings &
    PoolSettings & {
      trustedProxies: readonly string[];
      configPollMs: number;
      channelDefaults?: ChannelDefaults;
    };
  configBus: ConfigBus;
  tokenDirectory: TokenDirectory;
  ledger: Ledger;
  trafficLimits: TrafficLimits;
  usageSink: UsageSink;
  failedRequestLog: FailedRequestLog;
  channelHealth: ChannelHealthSink;
  secretBox: SecretBox;
  stateStore: StateStore;
  responseStore: ResponseStore;
  /** Seal what clients carry from one protocol to another; the same on all nodes. */
  capsuleSecrets: SecretKeys;
  clock: Clock;
  logger: Logger;
  registry: Registry;
}

/** The data plane of one node. */
export interface Relay {
  /** Answers a request whose URL `isRelayUrl` accepts. Never throws. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Takes over a connection that wants to be a socket (Realtime API). Never throws. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** The node is stopping: no new sessions, and open ones end within `graceMs`. */
  drain(graceMs: number): void;
  /** Tests channels on the same path as real traffic, without a bill. */
  probe: ChannelProbe;
  /** Lets a client in by its key, as every request of the relay. @throws the errors of authentication */
  identifyClient(request: IncomingMessage): Promise<TokenRecord>;
  /** A configuration was received: requests can be served. */
  isReady(): boolean;
  /** Version of the configuration in use; 0 before the first. */
  snapshotVersion(): number;
  /** Closes upstream connections and timers; call it when no request is in flight. */
  stop(): Promise<void>;
}

export async function createRelay(options: RelayOptions): Promise<Relay> {
  const { settings, logger } = options;
  const { channelDefaults } = settings;
  const config = await followConfig({
    ...options,
    pollMs: settings.configPollMs,
    ...(channelDefaults !== undefined && { channelDefaults }),
  });
  const tokenCounter = createTokenCounter();
  const audioLengths = createAudioLengths();
  const pools = createUpstreamPools(settings);
  const mediaFetcher = createMediaFetcher();
  const bodyPool = new BodyPool();
  const capsules = createCapsuleBox(options.capsuleSecrets);
  const conversations = createConversations(options.capsuleSecrets);
  const ticker = new StreamTicker();
  const deps: RelayDeps = {
    ...options,
    backgroundRuns: new BackgroundRuns({ ...options, ticker }),
    settings,
    config,
    tokenCounter,
    audioLengths,
    pools,
    mediaFetcher,
    credentials: new Credentials({ pools, clock: options.clock, logger }),
    bodyPool,
    capsules,
    pseudonymise: createPseudonymise(options.capsuleSecrets),
    conversations,
    timeouts: {
      stream: {
        headTimeoutMs: settings.firstByteTimeoutMs,
        idleTimeoutMs: settings.streamIdleTimeoutMs,
      },
      whole: {
        headTimeoutMs: settings.responseTimeoutMs,
        idleTimeoutMs: settings.streamIdleTimeoutMs,
      },
    },
    cooldowns: new ChannelCooldowns(options.clock),
    affinity: new ChannelAffinity(options.clock),
    retryBudget: new RetryBudget(),
    ticker,
    readKey: createKeyReader(),
    clientAddressOf: createClientAddressOf(settings.trustedProxies),
    random: Math.random,
    metrics: createRelayMetrics(options.registry, {
      openEntries: () => options.ledger.openEntries(),
      snapshotVersion: () => config.current()?.version ?? 0,
    }),
    logger,
  };

  const realtime = new RealtimeDoor(deps);
  return {
    handle(request, response) {
      const route = matchRoute(request.method ?? '', request.url ?? '');
      if (route.kind === 'operation' && request.method === 'POST') {
        if (isCount(route.operation)) void handleCount(deps, route, request, response);
        else void handleRelayRequest(deps, route, request, response);
      } else if (isPreflight(request, route.kind === 'proxied')) answerPreflight(request, response);
      else if (route.kind === 'proxied') void relayProxied(deps, route, request, response);
      else if (route.kind === 'account-resource') void passThrough(deps, route, request, response);
      else void answerOther(deps, route, request, response);
    },
    identifyClient: async (request) => (await authenticate(deps, request, 'openai')).token,
    upgrade: (request, socket, head) => void realtime.handle(request, socket, head),
    drain(graceMs) {
      realtime.drain(graceMs);
      deps.backgroundRuns.drain(graceMs);
    },
    probe: createChannelProbe(deps),
    isReady: () => config.current() !== undefined,
    snapshotVersion: () => config.current()?.version ?? 0,
    async stop() {
      await deps.backgroundRuns.stop();
      config.stop();
      bodyPool.close();
      await Promise.all([
        tokenCounter.close(),
        audioLengths.close(),
        conversations.close(),
        pools.close(),
        mediaFetcher.close(),
      ]);
    },
  };
}

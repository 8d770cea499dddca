import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  errors,
  isGatewayError,
  type ChannelHealthSink,
  type ChannelProbe,
  type Clock,
  type ConfigBus,
  type FailedRequestLog,
  type Ledger,
  type Logger,
  type SecretBox,
  type TokenDirectory,
  type TokenRecord,
  type UsageSink,
} from '@turnpike/core';
import type { Registry } from 'prom-client';
import { createTokenCounter } from './counting/token-counter.ts';
import { BodyPool } from './http/body-pool.ts';
import { createClientAddressOf } from './http/client-address.ts';
import { ClientConnection, answerPreflight } from './http/client-connection.ts';
import { createKeyReader } from './http/key-reader.ts';
import { matchRoute, pathOf, type RelayRoute } from './http/relay-routes.ts';
import { StreamTicker } from './http/stream-ticker.ts';
import { listModels, retrieveModel } from './models/list-models.ts';
import { answerError } from './pipeline/answer-client.ts';
import { authenticate } from './pipeline/authenticate.ts';
import { handleRelayRequest } from './pipeline/handle-relay-request.ts';
import type { RelayDeps, RelaySettings } from './relay-deps.ts';
import { createRelayMetrics } from './relay-metrics.ts';
import { createRequestId } from './request-id.ts';
import { followConfig } from './snapshot/follow-config.ts';
import { ChannelCooldowns } from './upstream/channel-cooldowns.ts';
import { createUpstreamPools, type PoolSettings } from './upstream/pools.ts';
import { createChannelProbe } from './upstream/probe-channel.ts';
import { RetryBudget } from './upstream/retry-budget.ts';

/** What the data plane is made of. */
export interface RelayOptions {
  settings: RelaySettings &
    PoolSettings & { trustedProxies: readonly string[]; configPollMs: number };
  configBus: ConfigBus;
  tokenDirectory: TokenDirectory;
  ledger: Ledger;
  usageSink: UsageSink;
  failedRequestLog: FailedRequestLog;
  channelHealth: ChannelHealthSink;
  secretBox: SecretBox;
  clock: Clock;
  logger: Logger;
  registry: Registry;
}

/** The data plane of one node. */
export interface Relay {
  /** Answers a request whose URL `isRelayUrl` accepts. Never throws. */
  handle(request: IncomingMessage, response: ServerResponse): void;
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
  const config = await followConfig({ ...options, pollMs: settings.configPollMs });
  const tokenCounter = createTokenCounter();
  const pools = createUpstreamPools(settings);
  const bodyPool = new BodyPool();
  const deps: RelayDeps = {
    ...options,
    settings,
    config,
    tokenCounter,
    pools,
    bodyPool,
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
    retryBudget: new RetryBudget(),
    ticker: new StreamTicker(),
    readKey: createKeyReader(),
    clientAddressOf: createClientAddressOf(settings.trustedProxies),
    random: Math.random,
    metrics: createRelayMetrics(options.registry, {
      openEntries: () => options.ledger.openEntries(),
      snapshotVersion: () => config.current()?.version ?? 0,
    }),
    logger,
  };

  return {
    handle(request, response) {
      const route = matchRoute(request.method ?? '', request.url ?? '');
      if (route.kind === 'operation' && request.method === 'POST')
        void handleRelayRequest(deps, route, request, response);
      else if (request.method === 'OPTIONS') answerPreflight(request, response);
      else void answerOther(deps, route, request, response);
    },
    identifyClient: async (request) => (await authenticate(deps, request)).token,
    probe: createChannelProbe(deps),
    isReady: () => config.current() !== undefined,
    snapshotVersion: () => config.current()?.version ?? 0,
    async stop() {
      config.stop();
      bodyPool.close();
      await Promise.all([tokenCounter.close(), pools.close()]);
    },
  };
}

/** Everything under the relay's door that is not relayed: model lists, 501, 404, 405. */
async function answerOther(
  deps: RelayDeps,
  route: RelayRoute,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const connection = new ClientConnection(request, response, createRequestId(), deps.clock.now());
  request.resume();
  try {
    const body = await answerRoute(deps, route, request);
    const bytes = Buffer.from(JSON.stringify(body));
    connection.sendBody(200, ['content-type', 'application/json; charset=utf-8'], bytes);
  } catch (error) {
    if (!isGatewayError(error))
      deps.logger.error(
        { err: error, requestId: connection.requestId },
        'relay request failed by a bug',
      );
    answerError(
      connection,
      isGatewayError(error) ? error : errors.internalError({}, { cause: error }),
    );
  }
}

async function answerRoute(
  deps: RelayDeps,
  route: RelayRoute,
  request: IncomingMessage,
): Promise<unknown> {
  const method = request.method ?? '';
  const path = pathOf(request.url ?? '');
  if (route.kind === 'unknown') throw errors.unknownUrl({ method, path });
  if (route.kind === 'wrong-method')
    throw errors.methodNotAllowed({ method, path, allowed: route.allowed });
  const caller = await authenticate(deps, request);
  if (route.kind === 'not-implemented') throw errors.notImplemented({ route: `${method} ${path}` });
  const snapshot = deps.config.current();
  if (snapshot === undefined) throw errors.notReady({ retryAfterMs: 1000 });
  return route.kind === 'retrieve-model'
    ? retrieveModel(snapshot, caller, route.model)
    : listModels(snapshot, caller);
}

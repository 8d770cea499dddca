import type { Server } from 'node:http';
import type { Logger } from '@turnpike/core';
import { isRelayUrl } from '@turnpike/relay';
import { AggregatorRegistry, Registry, collectDefaultMetrics } from 'prom-client';
import { readVersion } from '../cli/read-version.ts';
import { composeGateway } from '../compose/compose-gateway.ts';
import { openDataDirectory } from '../compose/data-directory.ts';
import type { Gateway, Management } from '../compose/gateway.ts';
import { createApp } from '../http/create-app.ts';
import { createHttpServer } from '../http/create-http-server.ts';
import { closeGracefully } from '../http/graceful-close.ts';
import type { HealthDeps } from '../http/health.ts';
import { listen } from '../http/listen.ts';
import { registerReadiness } from '../http/readiness-metric.ts';
import { refuseToRelay } from '../http/refuse-to-relay.ts';
import { createLifecycle, type Lifecycle } from '../lifecycle.ts';
import type { Settings } from '../settings/load-settings.ts';
import { readWorkerKind } from '../settings/read-environment.ts';
import { supervise } from '../workers/supervise.ts';
import { linkToSupervisor, type SupervisorLink } from '../workers/supervisor-link.ts';
import type { WorkerKind } from '../workers/worker-process.ts';
import { printWelcome, type Welcome } from './print-welcome.ts';

/** How often a worker tells its supervisor how it is. */
const REPORT_MS = 200;

/** Runs the gateway until it is told to stop. Resolves to the exit code: 0, or 1 when requests had to be cut. */
export async function serve(settings: Settings, logger: Logger): Promise<number> {
  const stopSignal = waitForSignal();
  const kind = readWorkerKind();
  if (settings.workers > 1 && kind === undefined)
    return superviseWorkers(settings, logger, stopSignal);

  const lifecycle = createLifecycle(logger);
  try {
    const version = readVersion();
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    if (kind !== undefined) answerForMetrics(registry);
    // Before anything in the data directory is touched.
    if (settings.role === 'standalone' && settings.sqlDsn === undefined) {
      const { lockSqliteFile } = await import('../compose/lock-sqlite-file.ts');
      lifecycle.onStop('lock', lockSqliteFile(settings));
    }
    const gateway = await composeGateway({
      settings,
      kind,
      directory: openDataDirectory(settings, { kind }),
      lifecycle,
      registry,
      logger,
      version,
    });
    const stopping = { isStopping: false };
    registerReadiness(registry, () => gateway.findObstacles().length === 0);
    const health = createHealth(gateway, registry, stopping, kind, lifecycle);
    if (kind === 'control') {
      logger.info({}, 'applying usage and running schedules');
      await stopSignal;
      return 0;
    }

    const server = createServer(settings, gateway, health, stopping);
    await listen(server, settings);
    logger.info({ port: settings.port, host: settings.host }, 'listening');
    if (kind === undefined) await welcome(settings, gateway, server, lifecycle, version);

    const signal = await stopSignal;
    logger.info({ signal }, 'stopping: no new connections, requests in flight may end');
    stopping.isStopping = true;
    gateway.relay?.drain(settings.shutdownGraceMs);
    const isClean = await closeGracefully(server, settings.shutdownGraceMs);
    if (!isClean)
      logger.warn(
        { graceMs: settings.shutdownGraceMs },
        'requests were cut at the end of the grace period',
      );
    return isClean ? 0 : 1;
  } finally {
    await lifecycle.stop();
  }
}

function superviseWorkers(
  settings: Settings,
  logger: Logger,
  stopSignal: Promise<string>,
): Promise<number> {
  openDataDirectory(settings); // once for all: clears what killed processes left
  return supervise({
    relayWorkers: settings.workers,
    hasControl: settings.role === 'master',
    graceMs: settings.shutdownGraceMs,
    logger,
    stopSignal,
    onReady() {
      process.stdout.write(
        `\nTurnpike ${readVersion()} (${settings.role}) is ready: ${String(settings.workers)} processes on port ${String(settings.port)}\n`,
      );
    },
  });
}

/** The supervisor asks each process for its metrics; prom-client listens for that from its first aggregator on. */
function answerForMetrics(registry: Registry): void {
  new AggregatorRegistry();
  AggregatorRegistry.setRegistries([registry]);
}

/** Where several processes share the port, whichever is asked speaks for all of them. */
function createHealth(
  gateway: Gateway,
  registry: Registry,
  stopping: { isStopping: boolean },
  kind: WorkerKind | undefined,
  lifecycle: { onStop(name: string, stop: () => void): void },
): HealthDeps {
  const findObstacles = (): readonly string[] => [
    ...gateway.findObstacles(),
    ...(stopping.isStopping ? ['stopping'] : []),
  ];
  const { contentType } = registry;
  if (kind === undefined) return { findObstacles, metrics: () => registry.metrics(), contentType };

  const link: SupervisorLink = linkToSupervisor(process);
  const report = (): void => {
    link.report(findObstacles());
  };
  report();
  const timer = setInterval(report, REPORT_MS);
  lifecycle.onStop('supervisor link', () => {
    clearInterval(timer);
    link.close();
  });
  return {
    async findObstacles() {
      report();
      return link.readiness();
    },
    metrics: () => link.metrics(),
    contentType,
  };
}

function createServer(
  settings: Settings,
  gateway: Gateway,
  health: HealthDeps,
  stopping: { isStopping: boolean },
): Server {
  const { relay } = gateway;
  const frontendBaseUrl = settings.role === 'slave' ? settings.frontendBaseUrl : undefined;
  const hasDatabase = settings.role !== 'slave' || settings.sqlDsn !== undefined;
  return createHttpServer({
    isRelayUrl,
    relay(request, response) {
      if (stopping.isStopping) response.setHeader('connection', 'close');
      if (relay === undefined) refuseToRelay(request, response);
      else relay.handle(request, response);
    },
    upgrade(request, socket, head) {
      if (relay === undefined) socket.destroy();
      else relay.upgrade(request, socket, head);
    },
    app: createApp({ ...settings, gateway, health, hasDatabase, frontendBaseUrl }),
  });
}

async function welcome(
  settings: Settings,
  gateway: Gateway,
  server: Server,
  lifecycle: Lifecycle,
  version: string,
): Promise<void> {
  const management = gateway.management();
  const forRoot =
    management === undefined
      ? { hasDefaultPassword: false, demo: undefined }
      : await welcomeRoot(management, { isDemo: settings.isDemo, server, lifecycle });
  printWelcome({ settings, server, version, ...forRoot });
}

/** What it takes is loaded here, because a node without a database does without it. */
async function welcomeRoot(
  management: Management,
  { isDemo, ...place }: { isDemo: boolean; server: Server; lifecycle: Lifecycle },
): Promise<Pick<Welcome, 'hasDefaultPassword' | 'demo'>> {
  const { startDemo } = await import('../compose/start-demo.ts');
  const { hasDefaultPassword } = await import('../compose/first-start.ts');
  return {
    demo: isDemo ? await startDemo({ management, ...place }) : undefined,
    hasDefaultPassword: await hasDefaultPassword(management.store),
  };
}

function waitForSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        resolve(signal);
      });
  });
}

import type { Server } from 'node:http';
import type { Logger } from '@turnpike/core';
import { isRelayUrl } from '@turnpike/relay';
import express from 'express';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { readVersion } from '../cli/read-version.ts';
import { createPasswordHasher } from '@turnpike/master';
import { composeStandalone } from '../compose/compose-standalone.ts';
import { openDataDirectory } from '../compose/data-directory.ts';
import { hasDefaultPassword } from '../compose/first-start.ts';
import { startDemo } from '../compose/start-demo.ts';
import { closeGracefully } from '../http/graceful-close.ts';
import { createHealthRouter } from '../http/health.ts';
import { createHttpServer } from '../http/create-http-server.ts';
import { answerUnknownPath } from '../http/unknown-path.ts';
import { createLifecycle } from '../lifecycle.ts';
import type { Settings } from '../settings/load-settings.ts';
import { printWelcome } from './print-welcome.ts';

/** Runs the gateway until it is told to stop. Resolves to the exit code: 0, or 1 when requests had to be cut. */
export async function serve(settings: Settings, logger: Logger): Promise<number> {
  const lifecycle = createLifecycle(logger);
  const stopSignal = waitForSignal();
  try {
    const version = readVersion();
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const directory = openDataDirectory(settings);
    const gateway = await composeStandalone({
      settings,
      directory,
      lifecycle,
      registry,
      logger,
      version,
    });

    let isStopping = false;
    const app = express();
    app.disable('x-powered-by');
    app.use(
      createHealthRouter({
        registry,
        findObstacles: () => obstaclesOf(gateway.relay.isReady(), isStopping),
      }),
    );
    app.use(gateway.master.router);
    app.use(answerUnknownPath);
    const server = createHttpServer({
      isRelayUrl,
      relay(request, response) {
        if (isStopping) response.setHeader('connection', 'close');
        gateway.relay.handle(request, response);
      },
      app,
    });
    await listen(server, settings);
    logger.info({ port: settings.port, host: settings.host }, 'listening');
    const demo = settings.isDemo ? await startDemo({ gateway, server, lifecycle }) : undefined;
    printWelcome({
      settings,
      server,
      version,
      hasDefaultPassword: await hasDefaultPassword(gateway.store, createPasswordHasher()),
      demo,
    });

    const signal = await stopSignal;
    logger.info({ signal }, 'stopping: no new connections, requests in flight may end');
    isStopping = true;
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

function obstaclesOf(isReady: boolean, isStopping: boolean): string[] {
  return [
    ...(isReady ? [] : ['no configuration received yet']),
    ...(isStopping ? ['stopping'] : []),
  ];
}

function waitForSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        resolve(signal);
      });
  });
}

function listen(server: Server, { host, port }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(
              `PORT: port ${String(port)} is in use; choose another one with --port or PORT`,
            )
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
}

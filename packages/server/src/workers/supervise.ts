import cluster, { type Worker } from 'node:cluster';
import type { Logger } from '@turnpike/core';
import { AggregatorRegistry } from 'prom-client';
import { isToSupervisor, type ToSupervisor, type ToWorker } from './messages.ts';
import { RestartPace } from './restart-pace.ts';
import { WORKER_VARIABLE, type WorkerKind } from './worker-process.ts';

export interface SupervisorDeps {
  /** Processes behind the port. */
  relayWorkers: number;
  /** Whether one more process applies usage and runs schedules. */
  hasControl: boolean;
  /** How long workers may take to end. */
  graceMs: number;
  logger: Logger;
  /** Resolves to the name of the signal that ends everything. */
  stopSignal: Promise<string>;
  onReady?: () => void;
}

interface Member {
  kind: WorkerKind;
  worker: Worker;
  startedAt: number;
  /** Undefined until it has said anything. */
  obstacles: readonly string[] | undefined;
}

/** Over the grace that workers give their requests, before they are killed: usage is handed over meanwhile. */
const KILL_AFTER_GRACE_MS = 20_000;

/**
 * Runs several processes behind one port, each a node of its own to the rest of the cluster. A process that dies is
 * replaced; on a signal relay workers end first, then the control process.
 *
 * @returns the exit code: 0, or 1 when a worker could not end in good order
 */
export async function supervise(deps: SupervisorDeps): Promise<number> {
  const { logger } = deps;
  const members = new Map<number, Member>();
  const aggregator = new AggregatorRegistry();
  const paces = { relay: new RestartPace(), control: new RestartPace() };
  const state = { isStopping: false, isClean: true, wasReady: false };
  const timers = new Set<NodeJS.Timeout>();

  const start = (kind: WorkerKind): void => {
    const worker = cluster.fork({ [WORKER_VARIABLE]: kind });
    members.set(worker.id, { kind, worker, startedAt: Date.now(), obstacles: undefined });
    worker.on('message', (message: unknown) => {
      if (isToSupervisor(message)) hear(worker, message);
    });
    worker.on('error', (error) => {
      logger.error({ err: error, worker: worker.process.pid }, 'worker process failed');
    });
  };

  const hear = (worker: Worker, message: ToSupervisor): void => {
    const member = members.get(worker.id);
    if (message.turnpike === 'status') {
      if (member !== undefined) member.obstacles = message.obstacles;
      if (!state.wasReady && findObstacles(members).length === 0) {
        state.wasReady = true;
        deps.onReady?.();
      }
      return;
    }
    const { id } = message;
    const answer = (reply: Omit<ToWorker, 'turnpike' | 'id'>): void => {
      if (worker.isConnected()) worker.send({ turnpike: 'answer', id, ...reply });
    };
    if (message.what === 'readiness') answer({ value: findObstacles(members) });
    else
      aggregator.clusterMetrics().then(
        (value) => {
          answer({ value });
        },
        (error: unknown) => {
          answer({ value: '', error: String(error) });
        },
      );
  };

  cluster.on('exit', (worker, code, signal) => {
    const member = members.get(worker.id);
    members.delete(worker.id);
    if (member === undefined) return;
    if (state.isStopping) {
      if (code !== 0) state.isClean = false;
      return;
    }
    const pauseMs = paces[member.kind].next(Date.now() - member.startedAt);
    logger.error(
      { worker: worker.process.pid, kind: member.kind, code, signal, pauseMs },
      'worker process ended; it is replaced',
    );
    const timer = setTimeout(() => {
      timers.delete(timer);
      start(member.kind);
    }, pauseMs);
    timers.add(timer);
  });

  if (deps.hasControl) start('control');
  for (let n = 0; n < deps.relayWorkers; n += 1) start('relay');

  const signal = await deps.stopSignal;
  state.isStopping = true;
  logger.info({ signal, workers: members.size }, 'stopping every worker');
  for (const timer of timers) clearTimeout(timer);
  await endAll(members, 'relay', deps.graceMs + KILL_AFTER_GRACE_MS);
  await endAll(members, 'control', KILL_AFTER_GRACE_MS);
  return state.isClean ? 0 : 1;
}

/** Why some member should get no traffic; a member that has not spoken yet is one reason. */
function findObstacles(members: ReadonlyMap<number, Member>): string[] {
  const all = [...members.values()].flatMap(
    ({ obstacles }) => obstacles ?? ['a worker is starting'],
  );
  return [...new Set(all)];
}

async function endAll(
  members: ReadonlyMap<number, Member>,
  kind: WorkerKind,
  killAfterMs: number,
): Promise<void> {
  const own = [...members.values()].filter((member) => member.kind === kind);
  await Promise.all(
    own.map(
      ({ worker }) =>
        new Promise<void>((resolve) => {
          if (worker.isDead()) {
            resolve();
            return;
          }
          const killer = setTimeout(() => worker.process.kill('SIGKILL'), killAfterMs);
          worker.once('exit', () => {
            clearTimeout(killer);
            resolve();
          });
          worker.process.kill('SIGTERM');
        }),
    ),
  );
}

import { isToWorker, type ToSupervisor } from './messages.ts';

/** How a worker process reaches its supervisor: it speaks for all processes of the node. */
export interface SupervisorLink {
  /** Why the node should get no traffic now, all processes considered. */
  readiness(): Promise<readonly string[]>;
  /** Prometheus text over all processes. */
  metrics(): Promise<string>;
  /** Tells the supervisor how this process is. */
  report(obstacles: readonly string[]): void;
  close(): void;
}

const ANSWER_WITHIN_MS = 5000;

/** The part of `process` that this uses. */
export interface Channel {
  send?: ((message: ToSupervisor) => boolean) | undefined;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
}

export function linkToSupervisor(channel: Channel): SupervisorLink {
  const waiting = new Map<number, (value: unknown, error: string | undefined) => void>();
  let lastId = 0;

  const hear = (message: unknown): void => {
    if (!isToWorker(message)) return;
    waiting.get(message.id)?.(message.value, message.error);
  };
  channel.on('message', hear);

  const ask = <Value>(what: 'readiness' | 'metrics'): Promise<Value> =>
    new Promise((resolve, reject) => {
      const id = (lastId += 1);
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new Error(`the supervisor did not answer with ${what} in time`));
      }, ANSWER_WITHIN_MS);
      waiting.set(id, (value, error) => {
        clearTimeout(timer);
        waiting.delete(id);
        if (error === undefined) resolve(value as Value);
        else reject(new Error(error));
      });
      channel.send?.({ turnpike: 'ask', id, what });
    });

  return {
    readiness: () => ask('readiness'),
    metrics: () => ask('metrics'),
    report(obstacles) {
      channel.send?.({ turnpike: 'status', obstacles });
    },
    close() {
      channel.off('message', hear);
    },
  };
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from 'bullmq';

/** How long a worker's stop waits for what is under way, unless told otherwise. */
const STOP_MS = 5000;
const DISCONNECT_MS = 500;

/**
 * Stops a worker. Where Redis is away nothing can be given back: its locks run out, and somebody else takes its jobs.
 * Never rejects.
 */
export async function closeWorker(
  worker: Pick<Worker, 'close' | 'disconnect'>,
  stopMs = STOP_MS,
): Promise<void> {
  const closed = worker.close().then(
    () => true,
    () => true,
  );
  if (await Promise.race([closed, delay(stopMs, false, { ref: false })])) return;
  await Promise.race([worker.disconnect().catch(() => undefined), delay(DISCONNECT_MS)]);
}

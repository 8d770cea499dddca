import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from 'bullmq';

/** How long a worker's stop waits for what is under way. */
const STOP_MS = 5000;

/**
 * Stops a worker. Where Redis is away nothing can be given back: its locks run out, and somebody else takes its jobs.
 * Never rejects.
 */
export async function closeWorker(worker: Worker): Promise<void> {
  const closed = worker.close().then(
    () => true,
    () => true,
  );
  if (await Promise.race([closed, delay(STOP_MS, false, { ref: false })])) return;
  await Promise.race([worker.disconnect().catch(() => undefined), delay(STOP_MS / 10)]);
}

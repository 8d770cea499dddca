import { Worker } from 'node:worker_threads';
import type { FileContent } from '../http/upload-store.ts';
import type { LengthAnswer, LengthQuestion } from './length-worker.ts';

/** Tells how long recordings are that no upstream measured. In a thread: some files must be read to their end. */
export interface AudioLengths {
  /** @returns seconds; undefined where the file does not say, or not in time */
  secondsOf(file: FileContent): Promise<number | undefined>;
  close(): Promise<void>;
}

/** The thread goes when nobody asks. */
const IDLE_MS = 2_000;
/** A file that keeps the parser busier than that was made for it; the bill does not wait. */
const PATIENCE_MS = 3_000;

// Sources run in tests, where a worker needs the built file.
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/audio/length-worker.js' : './length-worker.js',
  import.meta.url,
);

export function createAudioLengths(patienceMs = PATIENCE_MS): AudioLengths {
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let nextId = 1;
  const waiting = new Map<number, (seconds: number | undefined) => void>();

  const stop = async (): Promise<void> => {
    clearTimeout(idle);
    const stopping = worker;
    worker = undefined;
    await stopping?.terminate();
  };

  const answer = (id: number, seconds: number | undefined): void => {
    waiting.get(id)?.(seconds);
    waiting.delete(id);
    if (waiting.size > 0) return;
    clearTimeout(idle);
    idle = setTimeout(() => void stop(), IDLE_MS);
    idle.unref();
  };

  const start = (): Worker => {
    const started = new Worker(workerUrl);
    started.unref();
    started.on('message', ({ id, seconds }: LengthAnswer) => {
      answer(id, seconds);
    });
    const giveUp = (): void => {
      if (worker !== started && worker !== undefined) return;
      worker = undefined;
      for (const id of [...waiting.keys()]) answer(id, undefined);
    };
    started.on('error', giveUp);
    started.on('exit', giveUp);
    return started;
  };

  return {
    secondsOf(file) {
      clearTimeout(idle);
      const asked = (worker ??= start());
      const id = nextId++;
      return new Promise((resolve) => {
        const deadline = setTimeout(() => {
          // Whoever else waits for this thread waits in vain as well.
          if (worker === asked) void stop();
          answer(id, undefined);
        }, patienceMs);
        waiting.set(id, (seconds) => {
          clearTimeout(deadline);
          resolve(seconds);
        });
        asked.postMessage({ id, file } satisfies LengthQuestion);
      });
    },
    close: stop,
  };
}

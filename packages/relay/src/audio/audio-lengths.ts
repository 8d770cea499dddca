import { Worker } from 'node:worker_threads';
import type { FileContent } from '../http/upload-store.ts';
import { IdleWorker } from '../threads/idle-worker.ts';
import type { LengthAnswer, LengthQuestion } from './length-worker.ts';

/** Tells how long recordings are that no upstream measured. In a thread: some files must be read to their end. */
export interface AudioLengths {
  /** @returns seconds; undefined where the file does not say, or not in time */
  secondsOf(file: FileContent): Promise<number | undefined>;
  close(): Promise<void>;
}

/** A file that keeps the parser busier than that was made for it; the bill does not wait. */
const PATIENCE_MS = 3_000;

// Sources run in tests, where a worker needs the built file.
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/audio/length-worker.js' : './length-worker.js',
  import.meta.url,
);

export function createAudioLengths(patienceMs = PATIENCE_MS): AudioLengths {
  const thread = new IdleWorker<Omit<LengthQuestion, 'id'>, LengthAnswer>(
    () => new Worker(workerUrl),
  );
  return {
    async secondsOf(file) {
      return (await thread.ask({ file }, patienceMs))?.seconds;
    },
    close: () => thread.close(),
  };
}

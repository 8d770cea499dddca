import { Worker } from 'node:worker_threads';
import type { CountAnswer, CountRequest } from './count-worker.ts';
import type { TokenEncoding } from './token-encodings.ts';
import { IdleWorker } from '../threads/idle-worker.ts';

/** Counts tokens of texts for bills that no upstream counted. Never on the event loop: encoders take long to load. */
export interface TokenCounter {
  /** One count for each text, by the encoding that fits the model (o200k for models of other vendors). */
  count(model: string, texts: readonly string[]): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** Bytes of text for one token where counting fails. */
const BYTES_PER_TOKEN = 3;

// Sources run in tests, where a worker needs the built file.
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/counting/count-worker.js' : './count-worker.js',
  import.meta.url,
);

export function createTokenCounter(): TokenCounter {
  // It holds some 30 MB.
  const resourceLimits = { maxYoungGenerationSizeMb: 4 };
  const thread = new IdleWorker<Omit<CountRequest, 'id'>, CountAnswer>(
    () => new Worker(workerUrl, { resourceLimits }),
  );
  return {
    async count(model, texts) {
      const answer = await thread.ask({ encoding: encodingFor(model), texts });
      // A bill must not fail because a counter did.
      return (
        answer?.counts ?? texts.map((text) => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN))
      );
    },
    close: () => thread.close(),
  };
}

/** By prefix, so that dated and new names are counted like their family. */
function encodingFor(model: string): TokenEncoding {
  return /^(gpt-3\.5|gpt-4(?!o|\.)|text-embedding|davinci-002|babbage-002)/.test(model)
    ? 'cl100k_base'
    : 'o200k_base';
}

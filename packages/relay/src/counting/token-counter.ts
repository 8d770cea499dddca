import { Worker } from 'node:worker_threads';
import type { CountAnswer, CountRequest } from './count-worker.ts';
import type { TokenEncoding } from './token-encodings.ts';

/** Counts tokens of texts for bills that no upstream counted. Never on the event loop: encoders take long to load. */
export interface TokenCounter {
  /** One count for each text, by the encoding that fits the model (o200k for models of other vendors). */
  count(model: string, texts: readonly string[]): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** The worker holds some 30 MB, and is back in a tenth of a second: it goes when nobody asks. */
const IDLE_MS = 2_000;
/** Bytes of text for one token where counting fails. */
const BYTES_PER_TOKEN = 3;

// Sources run in tests, where a worker needs the built file.
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/counting/count-worker.js' : './count-worker.js',
  import.meta.url,
);

export function createTokenCounter(): TokenCounter {
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let nextId = 1;
  const waiting = new Map<number, (counts: readonly number[] | undefined) => void>();

  const stop = async (): Promise<void> => {
    clearTimeout(idle);
    const stopping = worker;
    worker = undefined;
    await stopping?.terminate();
  };

  const start = (): Worker => {
    const started = new Worker(workerUrl, { resourceLimits: { maxYoungGenerationSizeMb: 4 } });
    started.unref();
    started.on('message', ({ id, counts }: CountAnswer) => {
      waiting.get(id)?.(counts);
      waiting.delete(id);
      if (waiting.size === 0) scheduleStop();
    });
    const giveUp = (): void => {
      if (worker === started) worker = undefined;
      for (const resolve of waiting.values()) resolve(undefined);
      waiting.clear();
    };
    started.on('error', giveUp);
    started.on('exit', giveUp);
    return started;
  };

  const scheduleStop = (): void => {
    clearTimeout(idle);
    idle = setTimeout(() => void stop(), IDLE_MS);
    idle.unref();
  };

  const ask = (
    encoding: TokenEncoding,
    texts: readonly string[],
  ): Promise<readonly number[] | undefined> => {
    clearTimeout(idle);
    const asked = (worker ??= start());
    const id = nextId;
    nextId += 1;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      const request: CountRequest = { id, encoding, texts };
      asked.postMessage(request);
    });
  };

  return {
    async count(model, texts) {
      const counts = await ask(encodingFor(model), texts);
      // A bill must not fail because a counter did.
      return counts ?? texts.map((text) => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN));
    },
    close: stop,
  };
}

/** By prefix, so that dated and new names are counted like their family. */
function encodingFor(model: string): TokenEncoding {
  return /^(gpt-3\.5|gpt-4(?!o|\.)|text-embedding|davinci-002|babbage-002)/.test(model)
    ? 'cl100k_base'
    : 'o200k_base';
}

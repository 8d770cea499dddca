import { parentPort } from 'node:worker_threads';
import { loadEncoding, type TokenEncoding } from './token-encodings.ts';

/** A question to this thread: how many tokens each text has. */
export interface CountRequest {
  id: number;
  encoding: TokenEncoding;
  texts: readonly string[];
}

export interface CountAnswer {
  id: number;
  counts: readonly number[];
}

const loaded = new Map<TokenEncoding, (text: string) => number>();

parentPort?.on('message', ({ id, encoding, texts }: CountRequest) => {
  let count = loaded.get(encoding);
  if (count === undefined) loaded.set(encoding, (count = loadEncoding(encoding)));
  const reply: CountAnswer = { id, counts: texts.map(count) };
  parentPort?.postMessage(reply);
});

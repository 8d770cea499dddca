import { parentPort } from 'node:worker_threads';

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

export type TokenEncoding = 'o200k_base' | 'cl100k_base';

type Count = (text: string) => number;

const encodings: Readonly<Record<TokenEncoding, () => Promise<{ countTokens: Count }>>> = {
  o200k_base: () => import('gpt-tokenizer/encoding/o200k_base'),
  cl100k_base: () => import('gpt-tokenizer/encoding/cl100k_base'),
};

parentPort?.on('message', (request: CountRequest) => void answer(request));

async function answer({ id, encoding, texts }: CountRequest): Promise<void> {
  const { countTokens } = await encodings[encoding]();
  const reply: CountAnswer = { id, counts: texts.map((text) => countTokens(text)) };
  parentPort?.postMessage(reply);
}

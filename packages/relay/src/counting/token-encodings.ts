import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  CL100K_TOKEN_SPLIT_REGEX,
  O200K_TOKEN_SPLIT_REGEX,
} from 'gpt-tokenizer/esm/encodingParams/constants';
import { countTokens } from './count-tokens.ts';
import { TokenRanks } from './token-ranks.ts';

export type TokenEncoding = 'o200k_base' | 'cl100k_base';

const splitters: Readonly<Record<TokenEncoding, RegExp>> = {
  o200k_base: O200K_TOKEN_SPLIT_REGEX,
  cl100k_base: CL100K_TOKEN_SPLIT_REGEX,
};

const require = createRequire(import.meta.url);

/** Loads an encoding; what it returns counts the tokens of a text. Takes some 100 ms: not for the event loop. */
export function loadEncoding(encoding: TokenEncoding): (text: string) => number {
  const file = require.resolve(`gpt-tokenizer/data/${encoding}.tiktoken`);
  const ranks = new TokenRanks(readFileSync(file));
  return (text) => countTokens(text, ranks, splitters[encoding]);
}

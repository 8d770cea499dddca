import type { UpstreamCodec } from '../../translation.ts';
import { decodeGeminiResponse } from './decode-response.ts';
import { encodeGeminiRequest } from './encode-request.ts';
import { readGeminiError } from './read-error.ts';
import { createGeminiStreamDecoder } from './stream-decoder.ts';
import { createGeminiTap } from './tap.ts';
import { readGeminiUsage } from './usage.ts';

/** Gemini as an upstream: Google's own API, and Vertex by its dialect. */
export const geminiUpstreamCodec: UpstreamCodec = {
  family: 'gemini',
  encodeRequest: encodeGeminiRequest,
  decodeResponse: decodeGeminiResponse,
  createStreamDecoder: createGeminiStreamDecoder,
  readError: readGeminiError,
  readUsage: (members, dialect) => (dialect.readUsage ?? readGeminiUsage)(members),
  createTap: ({ dialect }) => createGeminiTap(dialect),
};

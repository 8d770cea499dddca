import type { ClientCodec } from '../../translation.ts';
import { ParagraphJoiner } from '../../translate/paragraph-joiner.ts';
import { encodeGeminiBudgetCut } from './budget-cut.ts';
import { decodeGeminiRequest } from './decode-request.ts';
import { encodeGeminiError, encodeGeminiStreamError } from './encode-error.ts';
import { encodeGeminiResponse } from './encode-response.ts';
import { isJsonArrayStream } from './frame-writer.ts';
import { readGeminiRequest } from './read-request.ts';
import { createGeminiStreamEncoder } from './stream-encoder.ts';

/** Clients of Google's: its SDKs, Gemini CLI, and whoever speaks to `/v1beta/models`. */
export const geminiClientCodec: ClientCodec = {
  family: 'gemini',
  readRequest: readGeminiRequest,
  decodeRequest: decodeGeminiRequest,
  encodeResponse: encodeGeminiResponse,
  createStreamEncoder: (context) => new ParagraphJoiner(createGeminiStreamEncoder(context)),
  encodeError: encodeGeminiError,
  encodeStreamError: encodeGeminiStreamError,
  encodeBudgetCut: encodeGeminiBudgetCut,
  streamContentType: (path) =>
    isJsonArrayStream(path) ? 'application/json; charset=utf-8' : 'text/event-stream',
  // Means nothing between the items of a JSON array, and nothing between events.
  keepAlive: Buffer.from('\n\n'),
};

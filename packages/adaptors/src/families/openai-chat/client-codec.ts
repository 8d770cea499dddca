import type { ClientCodec } from '../../translation.ts';
import { ParagraphJoiner } from '../../translate/paragraph-joiner.ts';
import { decodeChatRequest } from './decode-request.ts';
import { encodeError, encodeStreamError } from './encode-error.ts';
import { encodeCompletion } from './encode-response.ts';
import { readJsonRequest } from './read-request.ts';
import { ChatStreamEncoder } from './stream-encoder.ts';

/** The chat family towards clients. */
export const chatClientCodec: ClientCodec = {
  family: 'openai-chat',
  readRequest: (probe, path) => readJsonRequest(path.operation, probe, path.model),
  decodeRequest: decodeChatRequest,
  encodeResponse: encodeCompletion,
  createStreamEncoder: (context) => new ParagraphJoiner(new ChatStreamEncoder(context)),
  encodeError,
  encodeStreamError,
  encodeBudgetCut(model) {
    const chunk = {
      id: 'chatcmpl-budget',
      object: 'chat.completion.chunk',
      created: Math.floor(Date.now() / 1000),
      model,
      choices: [{ index: 0, delta: {}, finish_reason: 'length' }],
    };
    return Buffer.from(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
  },
};

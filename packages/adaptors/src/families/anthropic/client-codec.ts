import type { ClientCodec } from '../../translation.ts';
import { decodeMessagesRequest } from './decode-request.ts';
import { encodeMessagesError, encodeMessagesStreamError } from './encode-error.ts';
import { encodeMessage, encodeStop } from './encode-response.ts';
import { readMessagesRequest } from './read-request.ts';
import { MessagesStreamEncoder } from './stream-encoder.ts';

/** The Messages API towards clients. */
export const anthropicClientCodec: ClientCodec = {
  family: 'anthropic',
  readRequest: readMessagesRequest,
  decodeRequest: decodeMessagesRequest,
  encodeResponse: encodeMessage,
  createStreamEncoder: (context) => new MessagesStreamEncoder(context),
  encodeError: encodeMessagesError,
  encodeStreamError: encodeMessagesStreamError,
  encodeBudgetCut: () =>
    Buffer.concat([
      frame('message_delta', {
        delta: encodeStop({ reason: 'length' }, false),
        usage: { output_tokens: 0 },
      }),
      frame('message_stop', {}),
    ]),
  keepAlive: frame('ping', {}),
};

function frame(type: string, members: object): Buffer {
  return Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`);
}

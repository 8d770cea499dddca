import type { ClientCodec } from '../../translation.ts';
import { ParagraphJoiner } from '../../translate/paragraph-joiner.ts';
import { decodeMessagesRequest } from './decode-request.ts';
import { encodeMessagesError, encodeMessagesStreamError } from './encode-error.ts';
import { encodeMessage, encodeStop } from './encode-response.ts';
import { readMessagesRequest } from './read-request.ts';
import { MessagesStreamEncoder } from './stream-encoder.ts';
import { writeEvent } from './write-event.ts';

/** The Messages API towards clients. */
export const anthropicClientCodec: ClientCodec = {
  family: 'anthropic',
  readRequest: readMessagesRequest,
  decodeRequest: decodeMessagesRequest,
  encodeResponse: encodeMessage,
  createStreamEncoder: (context) => new ParagraphJoiner(new MessagesStreamEncoder(context)),
  encodeError: encodeMessagesError,
  encodeStreamError: encodeMessagesStreamError,
  encodeBudgetCut: () =>
    Buffer.concat([
      writeEvent('message_delta', {
        delta: encodeStop({ reason: 'length' }, false),
        usage: { output_tokens: 0 },
      }),
      writeEvent('message_stop', {}),
    ]),
  keepAlive: writeEvent('ping', {}),
};

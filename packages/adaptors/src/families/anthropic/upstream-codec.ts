import type { UpstreamCodec } from '../../translation.ts';
import { decodeMessage, readUsageOf } from './decode-response.ts';
import { encodeMessagesRequest } from './encode-request.ts';
import { MessagesStreamTap } from './messages-stream-tap.ts';
import { readMessagesError } from './read-error.ts';
import { MessagesStreamDecoder } from './stream-decoder.ts';

/** The Messages API towards upstreams: Anthropic, and those who host or copy it. */
export const anthropicUpstreamCodec: UpstreamCodec = {
  family: 'anthropic',
  encodeRequest: encodeMessagesRequest,
  decodeResponse: decodeMessage,
  createStreamDecoder: (dialect) => new MessagesStreamDecoder(dialect),
  readError: readMessagesError,
  readUsage: readUsageOf,
  createTap: ({ dialect }) => new MessagesStreamTap(dialect),
};

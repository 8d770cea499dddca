import type { UpstreamCodec } from '../../translation.ts';
import { createChatStreamTap } from './chat-stream-tap.ts';
import { decodeChatResponse, readChatUsage } from './decode-response.ts';
import { encodeChatRequest } from './encode-request.ts';
import { readUpstreamError } from './read-error.ts';
import { ChatStreamDecoder } from './stream-decoder.ts';

/** The chat family towards upstreams. */
export const chatUpstreamCodec: UpstreamCodec = {
  family: 'openai-chat',
  encodeRequest: encodeChatRequest,
  decodeResponse: decodeChatResponse,
  createStreamDecoder: (dialect) => new ChatStreamDecoder(dialect),
  readError: (status, headers, body, dialect) =>
    readUpstreamError(status, headers, body, { dialect }),
  readUsage: readChatUsage,
  createTap: createChatStreamTap,
};

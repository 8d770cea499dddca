import type { UpstreamCodec } from '../../translation.ts';
import { readUpstreamError } from '../openai-chat/read-error.ts';
import { readUsage } from '../openai-chat/read-usage.ts';
import { decodeResponse } from './decode-response.ts';
import { encodeResponsesRequest } from './encode-request.ts';
import { createResponsesStreamTap } from './responses-stream-tap.ts';
import { ResponsesStreamDecoder } from './stream-decoder.ts';

/** The Responses API as upstreams serve it. */
export const responsesUpstreamCodec: UpstreamCodec = {
  family: 'openai-responses',
  encodeRequest: encodeResponsesRequest,
  decodeResponse,
  createStreamDecoder: (dialect) => new ResponsesStreamDecoder(dialect),
  readError: (status, headers, body, dialect) =>
    readUpstreamError(status, headers, body, { dialect }),
  readUsage: (members, dialect) => (dialect.readUsage ?? readUsage)(members),
  createTap: ({ dialect }) => createResponsesStreamTap(dialect),
};

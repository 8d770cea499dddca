import type { UpstreamCodec } from '../../translation.ts';
import { readUpstreamError } from '../openai-chat/read-error.ts';
import { decodeResponse } from './decode-response.ts';
import { encodeResponsesRequest } from './encode-request.ts';
import { createResponsesStreamTap } from './responses-stream-tap.ts';
import { ResponsesStreamDecoder } from './stream-decoder.ts';
import { readResponsesUsage } from './read-usage.ts';

/** The Responses API as upstreams serve it. */
export const responsesUpstreamCodec: UpstreamCodec = {
  family: 'openai-responses',
  encodeRequest: encodeResponsesRequest,
  decodeResponse,
  createStreamDecoder: (dialect) => new ResponsesStreamDecoder(dialect),
  readError: (status, headers, body, dialect) =>
    readUpstreamError(status, headers, body, { dialect }),
  readUsage: (members, dialect) => readResponsesUsage(members, dialect),
  createTap: ({ dialect }) => createResponsesStreamTap(dialect),
};

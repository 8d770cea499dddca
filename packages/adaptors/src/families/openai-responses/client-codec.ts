import type { ClientCodec } from '../../translation.ts';
import { encodeError } from '../openai-chat/encode-error.ts';
import { readJsonRequest } from '../openai-chat/read-request.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeResponse } from './encode-response.ts';
import { encodeResponsesBudgetCut, encodeResponsesStreamError } from './encode-stream-error.ts';
import { ResponsesStreamEncoder } from './stream-encoder.ts';

/** The Responses API as clients speak it. */
export const responsesClientCodec: ClientCodec = {
  family: 'openai-responses',
  readRequest: (probe, path) => readJsonRequest('responses', probe, path.model),
  decodeRequest,
  encodeResponse,
  createStreamEncoder: (context) => new ResponsesStreamEncoder(context),
  encodeError,
  encodeStreamError: encodeResponsesStreamError,
  encodeBudgetCut: encodeResponsesBudgetCut,
};

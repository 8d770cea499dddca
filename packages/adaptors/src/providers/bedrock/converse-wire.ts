import type { OwnWire } from '../../codec.ts';
import { ConverseFrameDecoder } from './converse-frames.ts';
import { officeTypes } from './converse-media.ts';
import { toConverseRequest } from './converse-request.ts';
import { toMessage } from './converse-response.ts';
import { isClaude } from './model-ids.ts';

/** Converse: the Messages API under other names, for all models of Bedrock. */
export const converseWire: OwnWire = {
  isUsedFor: (model) => !isClaude(model),
  documentTypes: officeTypes,
  encodeRequest: toConverseRequest,
  decodeResponse: toMessage,
  createFrameDecoder: () => new ConverseFrameDecoder(),
};

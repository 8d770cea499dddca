import { reshapeChatCodec } from '../../families/openai-chat/reshape-codec.ts';
import { createCohereChunks, fromCohereAnswer } from './cohere-answer.ts';
import { heardByCohere, toCohereRequest } from './cohere-request.ts';

/** Cohere's chat, version 2. */
export const cohereCodec = reshapeChatCodec({
  heard: heardByCohere,
  request: (body) => toCohereRequest(body),
  response: fromCohereAnswer,
  createChunks: createCohereChunks,
});

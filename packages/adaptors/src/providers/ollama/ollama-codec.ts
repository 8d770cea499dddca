import { reshapeChatCodec } from '../../families/openai-chat/reshape-codec.ts';
import { createOllamaChunks, fromOllamaAnswer } from './ollama-answer.ts';
import { heardByOllama, toOllamaRequest } from './ollama-request.ts';

/** Ollama's own API: it knows `options`, `think` and `keep_alive`, which its compatible door does not. */
export const ollamaCodec = reshapeChatCodec({
  heard: heardByOllama,
  request: (body) => toOllamaRequest(body),
  response: fromOllamaAnswer,
  createChunks: createOllamaChunks,
});

import { defineOpenAiWire, dropVersion } from './openai-wire.ts';

export const geminiOpenAi = defineOpenAiWire(51, {
  id: 'gemini-openai',
  operations: ['chat', 'embeddings', 'image-generation'],
  url: dropVersion,
});

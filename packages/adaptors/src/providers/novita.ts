import { defineOpenAiWire, dropVersion } from './openai-wire.ts';

export const novita = defineOpenAiWire(41, {
  id: 'novita',
  operations: ['chat', 'completions', 'embeddings'],
  url: dropVersion,
});

import { defineOpenAiWire } from './openai-wire.ts';

export const together = defineOpenAiWire(39, {
  id: 'together',
  displayName: 'Together AI',
  operations: [
    'chat',
    'completions',
    'embeddings',
    'image-generation',
    'speech',
    'transcription',
    'translation',
  ],
});

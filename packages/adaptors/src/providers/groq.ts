import { defineOpenAiWire } from './openai-wire.ts';

export const groq = defineOpenAiWire(29, {
  id: 'groq',
  operations: ['chat', 'responses', 'speech', 'transcription', 'translation'],
});

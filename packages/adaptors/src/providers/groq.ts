import { defineOpenAiWire } from './openai-wire.ts';

export const groq = defineOpenAiWire(29, {
  id: 'groq',
  operations: ['chat', 'responses', 'speech', 'transcription', 'translation'],
  dialect: {
    streamUsage: 'on-request',
    // Without a format of their own, thoughts would stand in the text of some models.
    chat: () => ({ thinkTags: true }),
  },
});

import { defineOpenAiWire, dropVersion } from './openai-wire.ts';

export const geminiOpenAi = defineOpenAiWire(51, {
  id: 'gemini-openai',
  operations: ['chat', 'embeddings', 'image-generation'],
  dialect: {
    streamUsage: 'on-request',
    chat: (model) => ({
      reasoningSwitch: /^gemini-(?:2\.5|[3-9])/.test(model) ? 'effort' : 'none',
      efforts: ['none', 'low', 'medium', 'high'],
    }),
  },
  url: dropVersion,
});

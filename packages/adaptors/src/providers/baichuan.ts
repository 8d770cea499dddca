import { defineOpenAiWire } from './openai-wire.ts';

export const baichuan = defineOpenAiWire(26, {
  id: 'baichuan',
  displayName: 'Baichuan',
  operations: ['chat', 'embeddings'],
  dialect: {
    streamUsage: 'on-request',
    clampMembers: { temperature: { min: 0, max: 1 }, top_p: { min: 0, max: 0.99 } },
  },
});

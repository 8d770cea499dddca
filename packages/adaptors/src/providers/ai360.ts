import { defineOpenAiWire } from './openai-wire.ts';

export const ai360 = defineOpenAiWire(19, {
  id: 'ai360',
  displayName: '360 Zhinao',
  operations: ['chat', 'embeddings'],
  dialect: {
    streamUsage: 'on-request',
    clampMembers: { temperature: { min: 0, max: 1 }, top_p: { min: 0, max: 1 } },
    disablingCodes: ['1002', '1003'],
  },
});

import { defineOpenAiWire } from './openai-wire.ts';

export const lingYiWanWu = defineOpenAiWire(31, {
  id: 'lingyiwanwu',
  displayName: '01.AI',
  operations: ['chat'],
  dialect: {
    streamUsage: 'on-request',
    renameMembers: { max_completion_tokens: 'max_tokens' },
    clampMembers: { top_p: { min: 0.01, max: 0.99 } },
  },
});

import { defineOpenAiWire } from './openai-wire.ts';

export const openRouter = defineOpenAiWire(20, {
  id: 'openrouter',
  operations: ['chat', 'completions', 'embeddings', 'responses'],
  dialect: {
    streamUsage: 'on-request',
    chat: () => ({
      takesCacheMarks: true,
      takesTopK: true,
      reasoningSwitch: 'reasoning',
      reasoningEcho: 'details',
    }),
    headers: { 'x-title': 'Turnpike' },
  },
});

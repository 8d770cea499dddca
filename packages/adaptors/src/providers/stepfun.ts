import { defineOpenAiWire } from './openai-wire.ts';

export const stepFun = defineOpenAiWire(32, {
  id: 'stepfun',
  displayName: 'StepFun',
  operations: ['chat', 'image-generation', 'image-edit', 'speech', 'transcription'],
  dialect: {
    // Cumulative, on every chunk.
    streamUsage: 'always',
    chat: () => ({ reasoningSwitch: 'none' }),
    renameMembers: { max_completion_tokens: 'max_tokens' },
    deleteMembers: ['stream_options'],
    disablingCodes: ['insufficient_balance', 'incorrect_api_key_provided'],
  },
});

import type { Dialect } from '../codec.ts';
import { defineOpenAiWire } from './openai-wire.ts';

const dialect: Dialect = {
  streamUsage: 'on-request',
  renameMembers: { max_completion_tokens: 'max_tokens' },
  chat: (model) => ({
    takesTopK: true,
    reasoningSwitch: /qwen3|glm-4\.[5-9]|deepseek-v3\.[1-9]|hunyuan/i.test(model)
      ? 'enable-thinking'
      : 'none',
  }),
  disablingCodes: ['30001'],
};

/** Pictures have names of their own for what chat calls as OpenAI does. */
const imageDialect: Dialect = {
  ...dialect,
  renameMembers: { size: 'image_size', n: 'batch_size' },
};

export const siliconFlow = defineOpenAiWire(44, {
  id: 'siliconflow',
  operations: ['chat', 'completions', 'embeddings', 'image-generation', 'speech', 'transcription'],
  dialect,
  dialectFor: ({ operation }) => (operation === 'image-generation' ? imageDialect : dialect),
});

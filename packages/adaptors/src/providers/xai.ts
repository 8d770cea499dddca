import type { Dialect } from '../codec.ts';
import { readUsage } from '../families/openai-chat/read-usage.ts';
import { defineOpenAiWire } from './openai-wire.ts';

/** Thinks by effort: the small one of the third line, and everything from 4.3 on. */
const hasEffort = /^grok-(?:3-mini|4\.[3-9]|[5-9])/;

const dialect: Dialect = {
  streamUsage: 'on-request',
  chat: (model) =>
    hasEffort.test(model)
      ? {
          reasoningSwitch: 'effort',
          efforts: model.startsWith('grok-3') ? ['low', 'high'] : ['none', 'low', 'medium', 'high'],
        }
      : { reasoningSwitch: 'none' },
  // Its completion figure leaves reasoning out.
  readUsage: (body) => readUsage(body, { isExclusive: true }),
};

const imageDialect: Dialect = { ...dialect, deleteMembers: ['size', 'quality', 'style'] };

export const xai = defineOpenAiWire(45, {
  id: 'xai',
  operations: ['chat', 'embeddings', 'image-generation', 'responses'],
  dialect,
  dialectFor: ({ operation }) => (operation === 'image-generation' ? imageDialect : dialect),
});

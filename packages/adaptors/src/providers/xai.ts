import type { Dialect } from '../codec.ts';
import { readUsage } from '../families/openai-chat/read-usage.ts';
import { defineOpenAiWire } from './openai-wire.ts';

const dialect: Dialect = {
  streamUsage: 'on-request',
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

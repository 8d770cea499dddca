import { defineOpenAiWire, joinPath, keepPath } from './openai-wire.ts';

export const deepSeek = defineOpenAiWire(36, {
  id: 'deepseek',
  operations: ['chat', 'completions'],
  dialect: {
    streamUsage: 'on-request',
    renameMembers: { max_completion_tokens: 'max_tokens' },
  },
  url: (target) =>
    // Completion of code is offered beside the versioned path only.
    target.operation === 'completions'
      ? joinPath(target.baseUrl.replace(/\/v1\/*$/, ''), '/beta/completions')
      : keepPath(target),
});

import { defineOpenAiWire, joinPath, replaceVersion } from './openai-wire.ts';

const toArkUrl = replaceVersion('/api/v3');

/** Models are named by endpoint (`ep-…`); applications (`bot-…`) have a path of their own. */
export const doubao = defineOpenAiWire(40, {
  id: 'doubao',
  displayName: 'Volcengine Ark',
  operations: ['chat', 'embeddings', 'image-generation', 'responses'],
  dialect: {
    streamUsage: 'on-request',
    chat: (model) => ({
      reasoningSwitch: /seed-(?:1[.-]6|[2-9])|thinking/.test(model) ? 'thinking' : 'none',
      reasoningEcho: 'in-tool-loop',
    }),
    exclusiveMembers: [['max_tokens', 'max_completion_tokens']],
    disablingCodes: ['AuthenticationError', 'InvalidAccountStatus', 'AccountOverdueError'],
  },
  url: (target) =>
    target.operation === 'chat' && target.model.startsWith('bot-')
      ? joinPath(target.baseUrl, '/api/v3/bots/chat/completions')
      : toArkUrl(target),
});

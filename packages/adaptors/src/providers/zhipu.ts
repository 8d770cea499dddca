import { defineOpenAiWire, replaceVersion } from './openai-wire.ts';

const toV4Url = replaceVersion('/api/paas/v4');

/** The v4 protocol. The oldest models (`chatglm_*`) speak another one. */
export const zhipu = defineOpenAiWire(16, {
  id: 'zhipu',
  displayName: 'Zhipu GLM',
  operations: ['chat', 'embeddings', 'image-generation'],
  dialect: {
    // In the last chunk, always.
    streamUsage: 'always',
    chat: (model) => ({
      lacksForcedTools: true,
      lacksJsonSchema: true,
      maxStops: 1,
      reasoningSwitch: /^glm-(?:4\.[5-9]|[5-9])/.test(model) ? 'thinking' : 'none',
      reasoningEcho: 'in-tool-loop',
    }),
    renameMembers: { max_completion_tokens: 'max_tokens' },
    deleteMembers: [
      'stream_options',
      'n',
      'seed',
      'logit_bias',
      'logprobs',
      'top_logprobs',
      'presence_penalty',
      'frequency_penalty',
      'parallel_tool_calls',
    ],
    clampMembers: { temperature: { min: 0, max: 1 }, top_p: { min: 0.01, max: 0.99 } },
    disablingCodes: ['1000', '1001', '1002', '1004', '1110', '1111', '1112', '1113', '1121'],
  },
  url: (target) => (target.model.startsWith('chatglm_') ? undefined : toV4Url(target)),
});

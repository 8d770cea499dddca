import { defineOpenAiWire } from './openai-wire.ts';

export const mistral = defineOpenAiWire(28, {
  id: 'mistral',
  operations: ['chat', 'embeddings', 'moderations', 'transcription'],
  dialect: {
    // Comes with the last chunk; members that it does not know are refused with 422.
    streamUsage: 'always',
    chat: (model) => ({
      callIds: { characters: 'A-Za-z0-9', maxLength: 9, exactLength: 9 },
      prefill: 'prefix',
      reasoningSwitch: /^mistral-(?:small-latest|medium-3\.5)/.test(model) ? 'effort' : 'none',
      efforts: ['none', 'high'],
    }),
    renameMembers: {
      seed: 'random_seed',
      max_completion_tokens: 'max_tokens',
      dimensions: 'output_dimension',
    },
    deleteMembers: [
      'stream_options',
      'user',
      'logit_bias',
      'logprobs',
      'top_logprobs',
      'verbosity',
      'store',
      'service_tier',
      'safety_identifier',
      'prompt_cache_key',
      'prompt_cache_retention',
    ],
  },
});

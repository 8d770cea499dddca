import { completionTokensOf, promptTokensOf, type Usage } from '@turnpike/core';
import type { JsonObject } from '../../wire/json-object.ts';

/** The figures of an answer in OpenAI's way: cached tokens are among those of the prompt, thoughts among the generated ones. */
export function encodeChatUsage(usage: Usage): JsonObject {
  const prompt = promptTokensOf(usage);
  const completion = completionTokensOf(usage);
  const { input, output } = usage;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: input.cacheRead,
      audio_tokens: input.audio ?? 0,
      ...(input.cacheWrite > 0 && { cache_write_tokens: input.cacheWrite }),
      ...(input.cacheWriteHour !== undefined && {
        cache_creation_tokens_details: {
          ephemeral_5m_input_tokens: input.cacheWrite - input.cacheWriteHour,
          ephemeral_1h_input_tokens: input.cacheWriteHour,
        },
      }),
      ...(input.image !== undefined && { image_tokens: input.image }),
    },
    completion_tokens_details: {
      reasoning_tokens: output.reasoning,
      audio_tokens: output.audio ?? 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
      ...(output.image !== undefined && { image_tokens: output.image }),
    },
  };
}

import { completionTokensOf, type Usage } from '@turnpike/core';
import type { JsonObject } from '../../wire/json-object.ts';

/** The figures of a message, in Anthropic's way: what was read from and written to a cache is not among the input tokens. */
export function encodeMessagesUsage(usage: Usage | undefined, isLatest: boolean): JsonObject {
  return {
    ...encodeDeltaUsage(usage, isLatest),
    ...(isLatest && {
      cache_creation: null,
      inference_geo: null,
      service_tier: null,
      speed: null,
    }),
  };
}

/** The figures at the end of a stream. */
export function encodeDeltaUsage(usage: Usage | undefined, isLatest: boolean): JsonObject {
  const { uncached = 0, cacheRead = 0, cacheWrite = 0, audio = 0, image = 0 } = usage?.input ?? {};
  return {
    input_tokens: uncached + audio + image,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    output_tokens: usage === undefined ? 0 : completionTokensOf(usage),
    ...(isLatest && {
      output_tokens_details:
        usage === undefined ? null : { thinking_tokens: usage.output.reasoning },
      server_tool_use: null,
    }),
  };
}

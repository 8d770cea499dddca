import { completionTokensOf, type Origin, type Usage } from '@turnpike/core';
import { withOwnFigures } from '../../translate/usage-origin.ts';
import type { JsonObject } from '../../wire/json-object.ts';

/** What is known of an answer's figures. */
export interface Figures {
  usage?: Usage;
  usageOrigin?: Origin;
}

/** The figures of a message, in Anthropic's way: what was read from and written to a cache is not among the input tokens. */
export function encodeMessagesUsage(figures: Figures, isLatest: boolean): JsonObject {
  const made = {
    ...encodeFigures(figures.usage, isLatest),
    ...(isLatest && {
      cache_creation: null,
      inference_geo: null,
      service_tier: null,
      speed: null,
    }),
  };
  return withOwnFigures(made, figures.usageOrigin, 'anthropic');
}

/** The figures at the end of a stream. */
export function encodeDeltaUsage(figures: Figures, isLatest: boolean): JsonObject {
  const made = encodeFigures(figures.usage, isLatest);
  return withOwnFigures(made, figures.usageOrigin, 'anthropic');
}

function encodeFigures(usage: Usage | undefined, isLatest: boolean): JsonObject {
  const { uncached = 0, cacheRead = 0, cacheWrite = 0, audio = 0, image = 0 } = usage?.input ?? {};
  const hour = usage?.input.cacheWriteHour ?? 0;
  const searches = usage?.webSearches ?? 0;
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
    ...(hour > 0 && {
      cache_creation: {
        ephemeral_5m_input_tokens: cacheWrite - hour,
        ephemeral_1h_input_tokens: hour,
      },
    }),
    ...(searches > 0 && { server_tool_use: { web_search_requests: searches } }),
  };
}

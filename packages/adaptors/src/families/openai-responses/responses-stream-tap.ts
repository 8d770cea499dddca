import type { Dialect } from '../../codec.ts';
import { asObject, asText, parseJson, type JsonObject } from '../../wire/json-object.ts';
import { SseTap, type FrameReading, type StreamGrammar } from '../../wire/sse-tap.ts';
import { unknownFailure } from '../unknown-failure.ts';
import { readErrorValue } from '../openai-chat/read-error.ts';
import { readResponsesUsage } from './read-usage.ts';

/** Watches typed event streams of the Responses API. Their last event carries the usage, and is the terminal one. */
export function createResponsesStreamTap(dialect: Dialect): SseTap {
  return new SseTap(createResponsesGrammar(dialect));
}

function createResponsesGrammar(dialect: Dialect): StreamGrammar {
  return {
    textStart: /"(delta)"\s*:\s*"/g,
    finish: /"type"\s*:\s*"response\.(completed|incomplete)"/g,
    terminal: Buffer.alloc(0),

    // Only events about the whole response have a member of that name.
    isNotable: (frames) =>
      frames.includes('"response"') || frames.includes('"error"') || frames.includes('[DONE]'),

    isSurelyContent: (start) => contentEvent.test(start),

    read(frame) {
      // Some vendors close as chat streams do; this protocol does not.
      if (frame.data === undefined || frame.data.trim() === '[DONE]') {
        return { verdict: frame.data === undefined ? 'forward' : 'withhold' };
      }
      const event = asObject(parseJson(frame.data));
      if (event === undefined) return { verdict: 'meaningful' };
      return readEvent(asText(event['type']) ?? frame.event ?? '', event, dialect);
    },
  };
}

const contentEvent = /"type"\s*:\s*"response\.[a-z_.]*\.(?:delta|done|partial_image)"/;

function readEvent(type: string, event: JsonObject, dialect: Dialect): FrameReading {
  switch (type) {
    case 'response.completed':
    case 'response.incomplete':
      return { verdict: 'terminal', ...readResponseUsage(event, dialect) };
    case 'response.failed':
    case 'error':
      return {
        verdict: 'withhold',
        error: readErrorValue(event, 200, dialect) ?? unknownFailure,
        ...readResponseUsage(event, dialect),
      };
    case 'response.created':
    case 'response.queued':
    case 'response.in_progress':
    case 'response.output_item.added':
    case 'response.content_part.added':
    case 'response.reasoning_summary_part.added':
      return { verdict: 'forward' };
    default:
      return { verdict: 'meaningful' };
  }
}

function readResponseUsage(event: JsonObject, dialect: Dialect): Pick<FrameReading, 'usage'> {
  const response = asObject(event['response']);
  if (response === undefined || asObject(response['usage']) === undefined) return {};
  return { usage: () => readResponsesUsage(response, dialect) };
}

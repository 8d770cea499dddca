import type { Dialect } from '../../codec.ts';
import { asObject, asText, parseJson } from '../../wire/json-object.ts';
import { SseTap, type FrameReading, type StreamGrammar } from '../../wire/sse-tap.ts';
import { readErrorValue } from '../openai-chat/read-error.ts';
import { unknownFailure } from '../unknown-failure.ts';
import { readInteractionUsage } from './interaction-usage.ts';

/** Watches event streams of Google's Interactions API. The event about the whole at the end carries the usage. */
export function createInteractionTap(dialect: Dialect): SseTap {
  return new InteractionTap(createGrammar(dialect));
}

const done = Buffer.from('event: done\ndata: [DONE]\n\n');

/** What follows the last event says nothing: so it is not waited for, and always there. */
class InteractionTap extends SseTap {
  override terminal(): Buffer {
    return Buffer.concat([super.terminal(), done]);
  }
}

function createGrammar(dialect: Dialect): StreamGrammar {
  return {
    textStart: /"(text|arguments|thought)"\s*:\s*"/g,
    finish: /"event_type"\s*:\s*"interaction\.(complete)d?"/g,
    terminal: Buffer.alloc(0),

    isNotable: (frames) =>
      frames.includes('"interaction"') || frames.includes('"error"') || frames.includes('[DONE]'),

    isSurelyContent: (start) => /"event_type"\s*:\s*"(?:step|content)\.delta"/.test(start),

    read({ data, event }) {
      if (data === undefined) return { verdict: 'forward' };
      if (data.trim() === '[DONE]') return { verdict: 'withhold' };
      const body = asObject(parseJson(data));
      if (body === undefined) return { verdict: 'meaningful' };
      return readEvent(asText(body['event_type']) ?? event ?? '', body, dialect);
    },
  };
}

function readEvent(
  type: string,
  body: Readonly<Record<string, unknown>>,
  dialect: Dialect,
): FrameReading {
  const interaction = asObject(body['interaction']);
  const usage =
    interaction !== undefined && asObject(interaction['usage']) !== undefined
      ? { usage: () => readInteractionUsage(interaction) }
      : {};
  if (type === 'error' || (type === '' && body['error'] !== undefined))
    return { verdict: 'withhold', error: readErrorValue(body, 200, dialect) ?? unknownFailure };
  if (/^interaction\.completed?$/.test(type)) {
    return interaction?.['status'] === 'failed'
      ? { verdict: 'withhold', error: unknownFailure, ...usage }
      : { verdict: 'terminal', ...usage };
  }
  if (/^interaction\.|\.start$/.test(type)) return { verdict: 'forward' };
  return { verdict: 'meaningful' };
}

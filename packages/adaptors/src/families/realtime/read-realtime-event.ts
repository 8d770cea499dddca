import type { Usage } from '@turnpike/core';
import { asObject, asText, parseJson, type JsonObject } from '../../wire/json-object.ts';

/** What an event of the Realtime API says to whoever bills it. */
export type RealtimeEvent =
  /** A response began: from here on something is generated. */
  | { kind: 'begun' }
  /** A response, or the transcript of what was said, is complete. */
  | { kind: 'done'; usage: Usage | undefined }
  /** A piece of what is generated, of so many bytes. */
  | { kind: 'delta'; bytes: number };

/**
 * Reads a server's event as far as it is billed.
 *
 * @returns undefined for every other event; most are not even parsed
 */
export function readRealtimeEvent(text: string): RealtimeEvent | undefined {
  const head = text.length > 400 ? text.slice(0, 400) : text;
  if (head.includes('.delta"')) return { kind: 'delta', bytes: Buffer.byteLength(text) };
  if (!/"response\.(?:created|done)"|transcription\.completed"/.test(text)) return undefined;
  const event = asObject(parseJson(text));
  switch (asText(event?.['type'])) {
    case 'response.created':
      return { kind: 'begun' };
    case 'response.done':
      return { kind: 'done', usage: readUsage(asObject(asObject(event?.['response'])?.['usage'])) };
    case 'conversation.item.input_audio_transcription.completed':
      return { kind: 'done', usage: readUsage(asObject(event?.['usage'])) };
    default:
      return undefined;
  }
}

/** Undefined where nothing was reported. */
function readUsage(usage: JsonObject | undefined): Usage | undefined {
  if (usage === undefined) return undefined;
  if (usage['type'] === 'duration') {
    return {
      input: { uncached: 0, cacheRead: 0, cacheWrite: 0 },
      output: { text: 0, reasoning: 0 },
      seconds: countOf(usage['seconds']),
      source: 'reported',
    };
  }
  const input = asObject(usage['input_token_details']);
  const cached = asObject(input?.['cached_tokens_details']);
  const output = asObject(usage['output_token_details']);
  const cacheRead = countOf(input?.['cached_tokens']);
  const audio = rest(countOf(input?.['audio_tokens']), countOf(cached?.['audio_tokens']));
  const image = rest(countOf(input?.['image_tokens']), countOf(cached?.['image_tokens']));
  const spoken = countOf(output?.['audio_tokens']);
  return {
    input: {
      uncached: rest(countOf(usage['input_tokens']), cacheRead + audio + image),
      cacheRead,
      cacheWrite: 0,
      audio,
      image,
    },
    output: { text: rest(countOf(usage['output_tokens']), spoken), reasoning: 0, audio: spoken },
    source: 'reported',
  };
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

function rest(all: number, taken: number): number {
  return Math.max(0, all - taken);
}

import type { Usage } from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import { asObject, parseJson } from '../../wire/json-object.ts';
import { SseTap, type FrameReading, type StreamGrammar } from '../../wire/sse-tap.ts';
import type { SseFrame } from '../../wire/sse-frame.ts';
import { readErrorValue } from '../openai-chat/read-error.ts';
import { readUsage } from '../openai-chat/read-usage.ts';

/** Watches event streams of pictures, transcriptions and speech. Each part's last event carries its usage. */
export function createMediaStreamTap(dialect: Dialect): SseTap {
  return new SseTap(createMediaGrammar(dialect));
}

function createMediaGrammar(dialect: Dialect): StreamGrammar {
  return {
    textStart: /"(delta)"\s*:\s*"/g,
    finish: /"type"\s*:\s*"[a-z_.]*\.(completed|done)"/g,
    terminal: Buffer.alloc(0),

    isNotable: (frames) =>
      frames.includes('completed"') ||
      frames.includes('.done"') ||
      frames.includes('"error"') ||
      frames.includes('[DONE]'),

    isSurelyContent: (start) => partialEvent.test(start),

    read: (frame) => readEvent(frame, dialect),
  };
}

const partialEvent = /"type"\s*:\s*"[a-z_]+\.(?:partial_image|audio\.delta)"/;
const eventType = /"type"\s*:\s*"([a-z_.]+)"/;

function readEvent(frame: SseFrame, dialect: Dialect): FrameReading {
  const { data, event } = frame;
  if (data === undefined) return { verdict: 'forward' };
  if (data.trim() === '[DONE]') return { verdict: 'terminal' };
  // By pattern: the picture is in the same object, and megabytes long.
  const type = eventType.exec(data)?.[1] ?? event ?? '';
  if (type === 'error' || data.startsWith('{"error"')) {
    const error = readErrorValue(parseJson(data), 200, dialect);
    if (error !== undefined) return { verdict: 'withhold', error };
  }
  if (type.endsWith('.completed')) {
    return {
      verdict: 'terminal-so-far',
      images: 1,
      usage: () => readEventUsage(data, 'image', dialect),
    };
  }
  if (type === 'transcript.text.done' || type === 'speech.audio.done') {
    const kind = type === 'speech.audio.done' ? 'audio' : 'text';
    return { verdict: 'terminal-so-far', usage: () => readEventUsage(data, kind, dialect) };
  }
  return { verdict: 'meaningful' };
}

function readEventUsage(
  data: string,
  outputKind: 'text' | 'audio' | 'image',
  dialect: Dialect,
): Usage | undefined {
  const usage = sliceObject(data, data.lastIndexOf('"usage"'));
  if (usage === undefined) return undefined;
  const body = { usage };
  return dialect.readUsage?.(body) ?? readUsage(body, { outputKind });
}

/** The object that follows a key; figures and names only, so that braces in text need no care. */
function sliceObject(text: string, keyAt: number): unknown {
  const start = keyAt < 0 ? -1 : text.indexOf('{', keyAt);
  if (start < 0) return undefined;
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    if (text[index] === '{') depth++;
    else if (text[index] === '}' && --depth === 0) {
      return asObject(parseJson(text.slice(start, index + 1)));
    }
  }
  return undefined;
}

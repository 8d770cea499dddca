import type { Usage } from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import { asArray, asObject, asText, parseJson, type JsonObject } from '../../wire/json-object.ts';
import { SseTap, type FrameReading, type StreamGrammar } from '../../wire/sse-tap.ts';
import { readChunkError, readWordError } from './read-chunk-error.ts';
import { readUsage } from './read-usage.ts';

export interface ChatStreamOptions {
  dialect: Dialect;
  /** The client did not ask for the usage frame. */
  hideUsage: boolean;
  /** Our own count of the prompt, for upstreams that report a total only. */
  estimatedPromptTokens?: number | undefined;
}

/** Watches streams of chat and completion chunks. */
export function createChatStreamTap(options: ChatStreamOptions): SseTap {
  return new SseTap(createChatGrammar(options));
}

const DONE = '[DONE]';

function createChatGrammar(options: ChatStreamOptions): StreamGrammar {
  const { dialect, hideUsage } = options;
  const { estimatedPromptTokens } = options;
  const quirks = estimatedPromptTokens === undefined ? {} : { estimatedPromptTokens };
  const readChunkUsage = (chunk: JsonObject): Usage | undefined =>
    dialect.readUsage === undefined ? readUsage(chunk, quirks) : dialect.readUsage(chunk);
  const dropsEmpty = dialect.dropEmptyChoices === true;

  return {
    textStart,
    finish: finishReason,
    terminal: Buffer.from(`data: ${DONE}\n\n`),

    // A quote inside generated text is escaped, so these find members, never words of the answer. Each begins with
    // a letter or sign that is rare in chunks, which is what a native search is fast at.
    isNotable: (frames) =>
      frames.includes(DONE) ||
      hasUsageObject(frames) ||
      frames.includes('rror"') ||
      frames.startsWith('event:') ||
      frames.includes('\nevent:') ||
      frames.startsWith('error:') ||
      (dropsEmpty && emptyChoices.test(frames)),

    isSurelyContent: (start) => filledChoices.test(start) && !start.includes('"error"'),

    read(frame) {
      if (frame.data === undefined) return { verdict: 'forward' };
      if (frame.data.trim() === DONE) return { verdict: 'terminal' };
      const chunk = asObject(parseJson(frame.data));
      const error =
        chunk === undefined ? readWordError(frame, dialect) : readChunkError(frame, chunk, dialect);
      if (error !== undefined) return { verdict: 'withhold', error };
      // What nobody can read is the client's to judge; it certainly is not silence.
      if (chunk === undefined) return { verdict: 'meaningful' };
      return readChunk(chunk);
    },
  };

  function readChunk(chunk: JsonObject): FrameReading {
    const choices = asArray(chunk['choices']);
    const figures = findFigures(chunk);
    // Zeros are no news: some vendors end so what they reported before.
    const usage =
      figures !== undefined && Object.values(figures).some(isPositive)
        ? { usage: () => readChunkUsage(chunk) }
        : undefined;
    if (choices.length === 0) {
      if (figures !== undefined) return { verdict: hideUsage ? 'withhold' : 'forward', ...usage };
      return { verdict: dropsEmpty ? 'withhold' : 'forward' };
    }
    // MiniMax closes with the whole answer once more: clients would show it twice.
    const isRepetition = chunk['object'] === 'chat.completion';
    const verdict = isRepetition ? 'withhold' : choices.some(isFilled) ? 'meaningful' : 'forward';
    return { verdict, ...usage };
  }
}

const textStart =
  /"(content|reasoning_content|reasoning|refusal|arguments|name|thinking|transcript|text)"\s*:\s*"/g;
const finishReason = /"finish_reason"\s*:\s*"(?!"|null")([^"\\]+)"/g;
const filledChoices = /"choices"\s*:\s*\[\s*\{/;
const emptyChoices = /"choices"\s*:\s*\[\s*\]/;

const OPEN_BRACE = 0x7b;
const COLON = 0x3a;
const SPACE = 0x20;

/** Whether any `usage` member is an object: many upstreams write `"usage":null` into every chunk. */
function hasUsageObject(frames: string): boolean {
  for (let at = frames.indexOf('usage"'); at >= 0; at = frames.indexOf('usage"', at + 6)) {
    let next = at + 6;
    while (frames.charCodeAt(next) === SPACE || frames.charCodeAt(next) === COLON) next++;
    if (frames.charCodeAt(next) === OPEN_BRACE) return true;
  }
  return false;
}

/** Wherever a vendor puts its figures. */
function findFigures(chunk: JsonObject): JsonObject | undefined {
  const choice = asObject(asArray(chunk['choices'])[0]);
  return (
    asObject(chunk['usage']) ??
    asObject(asObject(chunk['x_groq'])?.['usage']) ??
    asObject(choice?.['usage']) ??
    asObject(chunk['bot_usage'])
  );
}

/** Lists of figures are not looked into. */
function isPositive(value: unknown): boolean {
  return typeof value === 'number' ? value > 0 : Array.isArray(value) && value.length > 0;
}

/** Whether a choice says anything: a finish, or a delta that is more than a role. */
function isFilled(choice: unknown): boolean {
  const { finish_reason: finish, text, delta, message } = asObject(choice) ?? {};
  if (asText(finish) !== undefined && finish !== 'null') return true;
  if (typeof text === 'string' && text !== '') return true;
  const said = asObject(delta) ?? asObject(message) ?? {};
  return Object.entries(said).some(([key, value]) => key !== 'role' && !isEmpty(value));
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || value === undefined || value === '';
}

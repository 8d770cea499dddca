import type { Dialect, StreamTap } from '../../codec.ts';
import { asArray, asObject, parseJson, type JsonObject } from '../../wire/json-object.ts';
import { SseTap, type FrameReading, type StreamGrammar } from '../../wire/sse-tap.ts';
import { readGeminiErrorValue } from './read-error.ts';
import { readGeminiUsage } from './usage.ts';

/** Watches streams of `GenerateContentResponse` on the byte plane. */
export function createGeminiTap(dialect: Dialect): StreamTap {
  return new SseTap(createGeminiGrammar(dialect));
}

function createGeminiGrammar(dialect: Dialect): StreamGrammar {
  const readUsage = dialect.readUsage ?? readGeminiUsage;
  return {
    textStart,
    finish: /"finishReason"\s*:\s*"([^"\\]+)"/g,
    terminal: Buffer.alloc(0),

    // Google repeats the usage in nearly every frame; only the last one that has it is parsed, when somebody asks.
    isNotable: (frames) =>
      frames.includes('"usageMetadata"') ||
      frames.includes('"finishReason"') ||
      frames.includes('"error"'),

    isSurelyContent: (start) =>
      /"(?:text|data|args|output)"\s*:\s*["{]/.test(start) && !start.includes('"error"'),

    read({ data }) {
      if (data === undefined) return { verdict: 'forward' };
      if (data.trim() === '[DONE]') return { verdict: 'withhold' };
      if (isErrorLike(data)) {
        const error = readGeminiErrorValue(parseJson(data), 200, dialect);
        if (error !== undefined) return { verdict: 'withhold', error };
      }
      const reading: FrameReading = { verdict: verdictOf(data) };
      if (data.includes('"usageMetadata"')) {
        // A frame may carry nothing but the kind of traffic: then an earlier one counts.
        const counts = countPattern.test(data);
        if (counts) reading.usage = () => readUsage(asObject(parseJson(data)) ?? {});
      }
      return reading;
    },
  };
}

/** Text wherever it is, arguments of calls too; what only describes the answer is not generated. */
const textStart =
  /"(?!(?:modelVersion|responseId|createTime|thoughtSignature|role|finishReason|finishMessage|mimeType|data|fileUri|modality|trafficType|serviceTier|category|probability|severity|blockReason|uri|renderedContent|jsonPath|domain|id)")([^"\\]+)"\s*:\s*"/g;

const countPattern = /"(?:promptTokenCount|candidatesTokenCount|totalTokenCount)"/;

function isErrorLike(data: string): boolean {
  return data.includes('"error"');
}

/** There is no terminal marker: the frame with the reason is the last, unless another follows it. */
function verdictOf(data: string): FrameReading['verdict'] {
  if (data.includes('"finishReason"') || data.includes('"blockReason"')) return 'terminal-so-far';
  const body = asObject(parseJson(data));
  // What nobody can read is the client's to judge; it certainly is not silence.
  if (body === undefined) return 'meaningful';
  return asArray(body['candidates']).some(hasParts) ? 'meaningful' : 'forward';
}

function hasParts(value: unknown): boolean {
  const parts = asArray(asObject(asObject(value)?.['content'])?.['parts']).map(asObject);
  return parts.some((part) => part !== undefined && saysSomething(part));
}

function saysSomething(part: JsonObject): boolean {
  return Object.entries(part).some(
    ([key, value]) => key !== 'thought' && !(key === 'text' && value === ''),
  );
}

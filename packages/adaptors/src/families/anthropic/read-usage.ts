import { completionTokensOf, promptTokensOf, type JsonRecord, type Usage } from '@turnpike/core';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { count } from '../token-figures.ts';

/**
 * Reads the usage of a message, or of a stream's event, into buckets that never overlap. What was read from or written to
 * a cache is reported beside the input tokens here, and thoughts are part of the output tokens.
 *
 * @param body the object that holds `usage`
 * @returns undefined where nothing was reported, or nothing but zeros: then a local count decides
 */
export function readMessagesUsage(body: JsonRecord): Usage | undefined {
  const usage = asObject(body['usage']);
  if (usage === undefined) return undefined;
  const iterations = asArray(usage['iterations']).map((entry) => asObject(entry) ?? {});
  const figures = sumIterations(iterations) ?? readFigures(usage);
  const { uncached, cacheRead, cacheWrite, output } = figures;
  const otherModels = readAdvisors(iterations);
  if (uncached + cacheRead + cacheWrite + output === 0 && otherModels.length === 0)
    return undefined;
  const details = asObject(usage['output_tokens_details']);
  const reasoning = count(details?.['thinking_tokens']);
  const webSearches = count(asObject(usage['server_tool_use'])?.['web_search_requests']);
  return {
    ...toBuckets(figures, reasoning),
    ...(webSearches > 0 && { webSearches }),
    ...(otherModels.length > 0 && { otherModels }),
    source: 'reported',
  };
}

interface Figures {
  uncached: number;
  cacheRead: number;
  cacheWrite: number;
  /** Of what was written: kept for an hour. */
  cacheWriteHour: number;
  output: number;
}

function readFigures(usage: JsonObject): Figures {
  const byLife = asObject(usage['cache_creation']);
  const hour = count(byLife?.['ephemeral_1h_input_tokens']);
  const minutes = count(byLife?.['ephemeral_5m_input_tokens']);
  return {
    uncached: count(usage['input_tokens']),
    cacheRead: count(usage['cache_read_input_tokens']),
    // Some resellers give the parts, and no sum.
    cacheWrite: count(usage['cache_creation_input_tokens']) || hour + minutes,
    cacheWriteHour: hour,
    output: count(usage['output_tokens']),
  };
}

function toBuckets(figures: Figures, thoughts: number): Pick<Usage, 'input' | 'output'> {
  const { uncached, cacheRead, cacheWrite, output } = figures;
  const cacheWriteHour = Math.min(figures.cacheWriteHour, cacheWrite);
  const reasoning = Math.min(thoughts, output);
  return {
    input: { uncached, cacheRead, cacheWrite, ...(cacheWriteHour > 0 && { cacheWriteHour }) },
    output: { text: output - reasoning, reasoning },
  };
}

/**
 * A conversation that was compacted on the way is several calls, which the outer figures leave out in part. After a
 * fall-back the outer figures are those of the model that answered.
 */
function sumIterations(iterations: readonly JsonObject[]): Figures | undefined {
  const own = iterations.filter(({ type }) => type === 'message' || type === 'compaction');
  const fellBack = iterations.some(({ type }) => type === 'fallback_message');
  if (own.length === 0 || fellBack) return undefined;
  return own.map(readFigures).reduce((sum, one) => ({
    uncached: sum.uncached + one.uncached,
    cacheRead: sum.cacheRead + one.cacheRead,
    cacheWrite: sum.cacheWrite + one.cacheWrite,
    cacheWriteHour: sum.cacheWriteHour + one.cacheWriteHour,
    output: sum.output + one.output,
  }));
}

/** An advisor is another model with another price, and the outer figures leave it out. */
function readAdvisors(iterations: readonly JsonObject[]): NonNullable<Usage['otherModels']> {
  return iterations
    .filter(({ type }) => type === 'advisor_message')
    .map((entry) => ({
      model: asText(entry['model']) ?? '',
      usage: { ...toBuckets(readFigures(entry), 0), source: 'reported' as const },
    }))
    .filter(({ usage }) => promptTokensOf(usage) + completionTokensOf(usage) > 0);
}

/** Figures that a later event gives replace those of an earlier one; what it leaves out, or null, stays. */
export function mergeUsage(before: JsonObject, more: unknown): JsonObject {
  const given = Object.entries(asObject(more) ?? {}).filter(([, value]) => value !== null);
  return { ...before, ...Object.fromEntries(given) };
}

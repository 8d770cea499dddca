import type { JsonRecord, Usage } from '@turnpike/core';
import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';

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
  const figures = sumIterations(usage) ?? readFigures(usage);
  const { uncached, cacheRead, cacheWrite, output } = figures;
  if (uncached + cacheRead + cacheWrite + output === 0) return undefined;
  const details = asObject(usage['output_tokens_details']);
  const reasoning = Math.min(count(details?.['thinking_tokens']), output);
  return {
    input: { uncached, cacheRead, cacheWrite },
    output: { text: output - reasoning, reasoning },
    source: 'reported',
  };
}

interface Figures {
  uncached: number;
  cacheRead: number;
  cacheWrite: number;
  output: number;
}

function readFigures(usage: JsonObject): Figures {
  return {
    uncached: count(usage['input_tokens']),
    cacheRead: count(usage['cache_read_input_tokens']),
    cacheWrite: count(usage['cache_creation_input_tokens']),
    output: count(usage['output_tokens']),
  };
}

/**
 * A conversation that was compacted on the way is several calls, which the outer figures leave out in part. An advisor is
 * another model with another price, and after a fall-back the outer figures are those of the model that answered.
 */
function sumIterations(usage: JsonObject): Figures | undefined {
  const iterations = asArray(usage['iterations']).map((entry) => asObject(entry) ?? {});
  const own = iterations.filter(({ type }) => type === 'message' || type === 'compaction');
  const fellBack = iterations.some(({ type }) => type === 'fallback_message');
  if (own.length === 0 || fellBack) return undefined;
  return own.map(readFigures).reduce((sum, one) => ({
    uncached: sum.uncached + one.uncached,
    cacheRead: sum.cacheRead + one.cacheRead,
    cacheWrite: sum.cacheWrite + one.cacheWrite,
    output: sum.output + one.output,
  }));
}

/** Tokens are whole and never negative, whatever an upstream says. */
function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0
    ? Math.min(Math.ceil(value), Number.MAX_SAFE_INTEGER)
    : 0;
}

/** Figures that a later event gives replace those of an earlier one; what it leaves out, or null, stays. */
export function mergeUsage(before: JsonObject, more: unknown): JsonObject {
  const given = Object.entries(asObject(more) ?? {}).filter(([, value]) => value !== null);
  return { ...before, ...Object.fromEntries(given) };
}

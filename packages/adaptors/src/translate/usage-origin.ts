import type { Family, Origin } from '@turnpike/core';
import { asObject, type JsonObject } from '../wire/json-object.ts';

/** For a `usage` event or an answer: the figures as the upstream wrote them, where it wrote any. */
export function usageOriginOf(family: Family, usage: unknown): { usageOrigin?: Origin } {
  const raw = asObject(usage);
  return raw === undefined ? {} : { usageOrigin: { family, raw } };
}

/**
 * Figures for a client. Where the upstream is of the client's family they are the upstream's own, with whatever it says
 * that nobody here knows; what it leaves out is filled in.
 */
export function withOwnFigures(
  made: JsonObject,
  origin: Origin | undefined,
  family: Family,
): JsonObject {
  return origin?.family === family ? fill(origin.raw, made) : made;
}

function fill(own: JsonObject, made: JsonObject): JsonObject {
  const merged = new Map(Object.entries(made));
  for (const [key, value] of Object.entries(own)) {
    if (value === null) continue;
    const inner = asObject(value);
    const known = asObject(merged.get(key));
    merged.set(key, inner !== undefined && known !== undefined ? fill(inner, known) : value);
  }
  return Object.fromEntries(merged);
}

import type { JsonProbe } from './json-probe.ts';

/** An object of which nothing is known yet: what upstreams send is never trusted to have a shape. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Undefined for everything that is not a JSON object, `null` and arrays too. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** The objects of a list; nothing for everything that is no list. */
export function asObjects(value: unknown): readonly JsonObject[] {
  return asArray(value).flatMap((item) => {
    const object = asObject(item);
    return object === undefined ? [] : [object];
  });
}

/** Text that says something: undefined for other types and for nothing but white space. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** Undefined where the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Beyond this a member is payload (choices, vectors, pictures), not a figure or a message. */
const smallBytes = 64 * 1024;

/** Builds the small top-level members of a probed body, arrays excluded, so that a large answer is never parsed whole. */
export function buildSmallMembers(probe: JsonProbe): JsonObject {
  const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const member of probe.members) {
    if (member.kind === 'array' || probe.byteLength(member) > smallBytes) continue;
    object[member.key] =
      member.kind === 'object' ? parseJson(probe.text(member)) : probe.scalar(member);
  }
  return object;
}

import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';

export interface Resolved {
  schema: JsonObject;
  /** References that led here. */
  seen: readonly string[];
}

/** Follows `$ref` within a schema; what stands beside it wins. A reference to itself has no end, so it is told. */
export function resolveReference(
  schema: JsonObject,
  root: JsonObject,
  seen: readonly string[],
): Resolved | 'recursive' {
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return { schema, seen };
  if (seen.includes(reference)) return 'recursive';
  const { $ref: _, ...siblings } = schema;
  const found = findPointer(root, reference);
  const merged = { ...found, ...siblings };
  return resolveReference(merged, root, [...seen, reference]);
}

/** Puts the members of `allOf` together: properties and required names of all, of anything else the first. */
export function mergeAllOf(
  schema: JsonObject,
  root: JsonObject,
  seen: readonly string[],
): JsonObject {
  const members = asArray(schema['allOf']);
  if (members.length === 0) return schema;
  const { allOf: _, ...own } = schema;
  let merged: JsonObject = own;
  for (const member of members.map(asObject)) {
    const resolved = member && resolveReference(member, root, seen);
    if (resolved === undefined || resolved === 'recursive') continue;
    const flat = mergeAllOf(resolved.schema, root, resolved.seen);
    const properties = { ...asObject(flat['properties']), ...asObject(merged['properties']) };
    const required = [...asArray(merged['required']), ...asArray(flat['required'])];
    merged = {
      ...flat,
      ...merged,
      ...(Object.keys(properties).length > 0 && { properties }),
      ...(required.length > 0 && { required: [...new Set(required)] }),
    };
  }
  return merged;
}

/** What a JSON pointer of this document leads to; an empty schema where it leads nowhere. */
function findPointer(root: JsonObject, reference: string): JsonObject {
  if (!reference.startsWith('#/')) return {};
  let found: unknown = root;
  for (const step of reference.slice(2).split('/')) {
    const key = decode(step).replaceAll('~1', '/').replaceAll('~0', '~');
    const object = asObject(found);
    found = object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
  }
  return asObject(found) ?? {};
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

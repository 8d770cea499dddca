import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';

/** Deeper schemas are cut. */
const maxDepth = 64;

/** Members that hold a schema, by how they hold it. */
const single: ReadonlySet<string> = new Set(['items', 'additionalProperties']);
const lists: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const maps: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions']);

/**
 * Google's dialect of OpenAPI as JSON Schema: types in lower case, `nullable` as a union with null, limits that protocol
 * buffers wrote as text as numbers. Everything else stays.
 */
export function expandSchema(schema: unknown, depth = 0): JsonObject {
  const source = asObject(schema);
  if (source === undefined || depth > maxDepth) return {};
  const expanded: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of Object.entries(source)) {
    if (key === 'nullable' || key === 'propertyOrdering' || key === 'property_ordering') continue;
    expanded[key] = expandMember(key, value, depth);
  }
  // `format: enum` only marks what `enum` says.
  if (expanded['format'] === 'enum') delete expanded['format'];
  if (source['nullable'] === true) addNull(expanded);
  return expanded;
}

function expandMember(key: string, value: unknown, depth: number): unknown {
  if (key === 'type') return lower(value);
  if (single.has(key) && asObject(value) !== undefined) return expandSchema(value, depth + 1);
  if (lists.has(key)) return asArray(value).map((one) => expandSchema(one, depth + 1));
  const map = maps.has(key) ? asObject(value) : undefined;
  if (map !== undefined) {
    const expanded: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const [name, one] of Object.entries(map)) expanded[name] = expandSchema(one, depth + 1);
    return expanded;
  }
  return numericMembers.has(key) && typeof value === 'string' ? Number(value) : value;
}

const numericMembers: ReadonlySet<string> = new Set([
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
]);

function lower(type: unknown): unknown {
  if (typeof type === 'string') return type.toLowerCase();
  return Array.isArray(type) ? type.map(lower) : type;
}

function addNull(schema: Record<string, unknown>): void {
  const { type } = schema;
  if (typeof type === 'string') schema['type'] = [type, 'null'];
  else if (Array.isArray(schema['anyOf']))
    schema['anyOf'] = [...(schema['anyOf'] as unknown[]), nullType];
  if (Array.isArray(schema['enum'])) schema['enum'] = [...(schema['enum'] as unknown[]), null];
}

const nullType: JsonObject = { type: 'null' };

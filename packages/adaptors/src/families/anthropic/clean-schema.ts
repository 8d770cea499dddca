import { asObject, type JsonObject } from '../../wire/json-object.ts';

/** Keywords that structured output refuses: they are said in words instead. */
const spoken = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'not',
] as const;

const formats: ReadonlySet<unknown> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
]);

const schemaMaps: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions']);
const schemaLists: ReadonlySet<string> = new Set(['anyOf', 'allOf', 'prefixItems']);
const schemaMembers: ReadonlySet<string> = new Set(['items']);

/** A JSON Schema as Anthropic's structured output takes it: closed objects, no limits, no alternatives by `oneOf`. */
export function cleanSchema(schema: JsonObject): JsonObject {
  if (typeof schema['$ref'] === 'string') return { $ref: schema['$ref'] };
  const kept: [string, unknown][] = [];
  for (const [key, value] of Object.entries(schema)) {
    if ((spoken as readonly string[]).includes(key)) continue;
    if (key === 'format' && !formats.has(value)) continue;
    kept.push([
      key === 'oneOf' ? 'anyOf' : key,
      cleanMember(key === 'oneOf' ? 'anyOf' : key, value),
    ]);
  }
  const description = describe(schema);
  if (description !== undefined) kept.push(['description', description]);
  if (schema['type'] === 'object' || asObject(schema['properties']) !== undefined) {
    kept.push(['additionalProperties', false]);
  }
  return Object.fromEntries(kept);
}

function cleanMember(key: string, value: unknown): unknown {
  const object = asObject(value);
  if (schemaMembers.has(key) && object !== undefined) return cleanSchema(object);
  if (schemaLists.has(key) && Array.isArray(value)) {
    return value.map((one: unknown) => cleanSchema(asObject(one) ?? {}));
  }
  if (schemaMaps.has(key) && object !== undefined) {
    return Object.fromEntries(
      Object.entries(object).map(([name, one]) => [name, cleanSchema(asObject(one) ?? {})]),
    );
  }
  return value;
}

function describe(schema: JsonObject): string | undefined {
  const limits = spoken
    .filter((key) => schema[key] !== undefined)
    .map((key) => `${key}: ${JSON.stringify(schema[key])}`);
  if (limits.length === 0) return undefined;
  const before = typeof schema['description'] === 'string' ? `${schema['description']} ` : '';
  return `${before}(${limits.join(', ')})`;
}

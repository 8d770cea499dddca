import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';
import { mergeAllOf, resolveReference } from './schema-references.ts';

/** Members of OpenAPI 3.0 that every version of Google's servers takes as they are. */
const keptMembers = [
  'description',
  'nullable',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
  'propertyOrdering',
] as const;

/** Formats by type; others are refused. */
const formats: Readonly<Record<string, readonly string[]>> = {
  string: ['enum', 'date-time'],
  number: ['float', 'double', 'enum'],
  integer: ['int32', 'int64', 'enum'],
};

/** Deeper schemas are cut: nothing of a model's tools is. */
const maxDepth = 32;

type Schema = Record<string, unknown>;

/**
 * A JSON Schema in the subset of OpenAPI 3.0 that older models and servers take: references inlined, unions as `anyOf`
 * and `nullable`, enumerations as text, everything unknown left out.
 */
export function reduceSchema(schema: unknown): JsonObject {
  return reduce(schema, { root: asObject(schema) ?? {}, seen: [], depth: 0 }) ?? { type: 'object' };
}

/** Whether a schema of parameters has any: Google refuses an object without properties there. */
export function hasProperties(schema: unknown): boolean {
  const object = asObject(schema);
  if (object === undefined) return false;
  const properties = asObject(object['properties']);
  if (properties !== undefined) return Object.keys(properties).length > 0;
  return ['$ref', 'anyOf', 'oneOf', 'allOf'].some((key) => object[key] !== undefined);
}

interface Walk {
  root: JsonObject;
  /** References on the way here, to stop at recursion. */
  seen: readonly string[];
  depth: number;
}

/** Undefined for a schema that nothing matches. */
function reduce(value: unknown, walk: Walk): Schema | undefined {
  if (value === true) return { type: 'object' };
  const given = asObject(value);
  if (given === undefined) return undefined;
  if (walk.depth > maxDepth) return { type: 'object' };
  const resolved = resolveReference(given, walk.root, walk.seen);
  if (resolved === 'recursive') return { type: 'object' };
  const source = mergeAllOf(resolved.schema, walk.root, resolved.seen);
  const inner: Walk = { root: walk.root, seen: resolved.seen, depth: walk.depth + 1 };

  const schema: Schema = {};
  for (const key of keptMembers) if (source[key] !== undefined) schema[key] = source[key];
  const union = asArray(source['anyOf'] ?? source['oneOf']);
  reduceType(source, schema, inner);
  if (union.length > 0) reduceUnion(union, schema, inner);
  reduceEnum(source, schema);
  reduceFormat(source, schema);
  reduceMembers(source, schema, inner);
  return schema;
}

function reduceType(source: JsonObject, schema: Schema, walk: Walk): void {
  const { type } = source;
  if (typeof type === 'string') {
    schema['type'] = type.toLowerCase();
    return;
  }
  const types = asArray(type).filter((one): one is string => typeof one === 'string');
  if (types.includes('null')) schema['nullable'] = true;
  const real = types.filter((one) => one !== 'null');
  if (real.length === 1) schema['type'] = real[0];
  else if (real.length > 1) {
    const rest = { ...source, anyOf: undefined, oneOf: undefined, enum: undefined };
    schema['anyOf'] = real.flatMap((one) => {
      const member = one === 'array' || one === 'object' ? { ...rest, type: one } : { type: one };
      return reduce(member, walk) ?? [];
    });
  }
}

function reduceUnion(union: readonly unknown[], schema: Schema, walk: Walk): void {
  const members = union.filter((member) => asObject(member)?.['type'] !== 'null');
  if (members.length < union.length) schema['nullable'] = true;
  const reduced = members.flatMap((member) => reduce(member, walk) ?? []);
  const only = reduced[0];
  if (reduced.length === 1 && only !== undefined) Object.assign(schema, { ...only, ...schema });
  else if (reduced.length > 1) schema['anyOf'] = reduced;
}

/** Values are text on the wire; the model answers with real numbers all the same. */
function reduceEnum(source: JsonObject, schema: Schema): void {
  const given =
    source['const'] === undefined ? asArray(source['enum']) : ([source['const']] as unknown[]);
  if (given.length === 0) return;
  if (given.includes(null)) schema['nullable'] = true;
  const values = given.filter((value) => value !== null && value !== '');
  const kinds = new Set(values.map((value) => typeof value));
  const kind = [...kinds][0];
  if (kinds.size !== 1 || kind === undefined || kind === 'object') return;
  schema['type'] ??= kind;
  if (kind !== 'string') schema['format'] = 'enum';
  schema['enum'] = values.map(String);
}

function reduceFormat(source: JsonObject, schema: Schema): void {
  const { format } = source;
  if (schema['format'] !== undefined || typeof format !== 'string') return;
  if (formats[String(schema['type'])]?.includes(format) === true) schema['format'] = format;
}

function reduceMembers(source: JsonObject, schema: Schema, walk: Walk): void {
  const properties = asObject(source['properties']);
  if (properties !== undefined && Object.keys(properties).length > 0) {
    schema['type'] ??= 'object';
    const reduced: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const [name, member] of Object.entries(properties)) {
      const made = reduce(member, walk);
      if (made !== undefined) reduced[name] = made;
    }
    schema['properties'] = reduced;
    const required = asArray(source['required']).filter(
      (name) => typeof name === 'string' && Object.hasOwn(reduced, name),
    );
    if (required.length > 0) schema['required'] = required;
  }
  if (schema['type'] === 'array') {
    const items = asObject(source['items']) ?? asArray(source['prefixItems'])[0];
    schema['items'] = reduce(items, walk) ?? { type: 'string' };
  }
}

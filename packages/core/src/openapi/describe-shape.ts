import type { Route } from '../contract/route.ts';
import { toJsonSchema, type JsonSchema } from './to-json-schema.ts';

/** One thing that a route takes. */
export interface RouteInput {
  place: 'path' | 'query' | 'header' | 'body';
  name: string;
  /** In words: `integer`, `"asc" or "desc"`. */
  type: string;
  isRequired: boolean;
}

/** What a route takes, for people to read. */
export function listInputs({ params, query, body, takesIfMatch }: Route): RouteInput[] {
  return [
    ...listMembers('path', params && toJsonSchema(params, 'input')),
    ...listMembers('query', query && toJsonSchema(query, 'input')),
    ...(takesIfMatch === true
      ? [{ place: 'header' as const, name: 'If-Match', type: 'quota_version', isRequired: false }]
      : []),
    ...listMembers('body', body && toJsonSchema(body, 'input')),
  ];
}

/** What a route answers, for people to read; members of objects by their names. */
export function describeAnswerShape({ media, answer, rows, data }: Route): string {
  if (media !== undefined) return media;
  if (answer !== undefined) return `whole answer: ${describeShape(toJsonSchema(answer, 'output'))}`;
  if (rows !== undefined) return `list of ${describeShape(toJsonSchema(rows, 'output'))}`;
  return data === undefined ? 'nothing' : describeShape(toJsonSchema(data, 'output'));
}

function listMembers(place: RouteInput['place'], schema: JsonSchema | undefined): RouteInput[] {
  const { properties = {}, required = [] } = (schema ?? {}) as ObjectSchema;
  return Object.entries(properties).map(([name, member]) => ({
    place,
    name,
    type: describeType(member),
    isRequired: place === 'path' || required.includes(name),
  }));
}

interface ObjectSchema {
  properties?: Record<string, JsonSchema>;
  required?: unknown[];
}

function describeShape(schema: JsonSchema): string {
  const { properties } = schema as ObjectSchema;
  if (properties !== undefined) return `{ ${Object.keys(properties).join(', ')} }`;
  const { items } = schema;
  return isSchema(items) ? `list of ${describeShape(items)}` : describeType(schema);
}

function describeType(schema: JsonSchema): string {
  const { type, anyOf, items, const: constant } = schema;
  const choices = schema['enum'];
  if (constant !== undefined) return JSON.stringify(constant);
  if (Array.isArray(choices)) return choices.map((choice) => JSON.stringify(choice)).join(' or ');
  if (Array.isArray(anyOf))
    return [...new Set(anyOf.filter(isSchema).map(describeType))].join(' or ');
  if (type === 'array' && isSchema(items)) return `list of ${describeType(items)}`;
  return typeof type === 'string' ? type : 'anything';
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

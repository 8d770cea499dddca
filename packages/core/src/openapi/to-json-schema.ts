import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/**
 * A zod schema as JSON Schema 2020-12, as OpenAPI 3.1 wants it. What is sent here is described as clients write it:
 * a schema that reads text as something else says so in its metadata as `wire`. What is answered may grow, so objects
 * stay open.
 */
export function toJsonSchema(schema: z.ZodType, direction: 'input' | 'output'): JsonSchema {
  const converted = z.toJSONSchema(schema, {
    io: direction,
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ jsonSchema }) => {
      const wire = jsonSchema['wire'];
      if (isRecord(wire)) replace(jsonSchema, wire);
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  delete converted.$schema;
  return JSON.parse(JSON.stringify(converted)) as JsonSchema; // without what zod hangs on to it
}

function replace(target: JsonSchema, source: JsonSchema): void {
  for (const name of Object.keys(target)) Reflect.deleteProperty(target, name);
  Object.assign(target, source);
}

function isRecord(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

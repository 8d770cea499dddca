import { z } from 'zod';
import { failureSchema, problemSchema } from '../contract/envelope.ts';
import type { Route } from '../contract/route.ts';
import { toJsonSchema, type JsonSchema } from './to-json-schema.ts';

const roleTexts = {
  guest: 'Everyone may call this.',
  common: 'Needs a login or an access token.',
  admin: 'Needs the role administrator.',
  root: 'Needs the role root.',
  'api-token': "Needs a client's key, as for `/v1`.",
} as const;

/** Schemas that every operation refers to. */
export const sharedSchemas: Readonly<Record<string, JsonSchema>> = {
  Failure: toJsonSchema(failureSchema, 'output'),
  Problem: toJsonSchema(problemSchema, 'output'),
};

/** One operation of an OpenAPI document. `asPost`: the POST beside a GET that changes something. */
export function describeOperation(route: Route, asPost: boolean): JsonSchema {
  const parameters = listParameters(route);
  return {
    operationId: asPost ? `${route.id}ByPost` : route.id,
    tags: [route.tag],
    summary: route.summary,
    description: roleTexts[route.role],
    ...(route.alsoPost === true && !asPost && { deprecated: true }),
    security: securityOf(route),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body !== undefined && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: toJsonSchema(route.body, 'input') } },
      },
    }),
    responses: {
      '200': {
        description: 'Done; or refused, where `success` is false.',
        ...(route.rows !== undefined && { headers: pageHeaders }),
        content: describeAnswer(route),
      },
      default: {
        description: 'Refused or failed.',
        content: {
          'application/json': { schema: { $ref: '#/components/schemas/Failure' } },
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
  };
}

function securityOf({ role }: Route): JsonSchema[] {
  if (role === 'guest') return [];
  return role === 'api-token' ? [{ apiToken: [] }] : [{ session: [] }, { accessToken: [] }];
}

function describeAnswer(route: Route): JsonSchema {
  if (route.media !== undefined) return { [route.media]: { schema: { type: 'string' } } };
  const failure = { $ref: '#/components/schemas/Failure' };
  return { 'application/json': { schema: { anyOf: [describeSuccess(route), failure] } } };
}

function describeSuccess({ answer, rows, data }: Route): JsonSchema {
  if (answer !== undefined) return toJsonSchema(answer, 'output');
  const content = rows === undefined ? data : z.array(rows);
  return toJsonSchema(
    z.object({
      success: z.literal(true),
      message: z.string(),
      ...(content !== undefined && { data: content }),
    }),
    'output',
  );
}

const pageHeaders = {
  'X-Total-Count': {
    description: 'How many rows there are, counted up to 10001.',
    schema: { type: 'integer' },
  },
  'X-Total-Capped': {
    description: '`true`: there are more rows than were counted.',
    schema: { type: 'string', enum: ['true'] },
  },
  'X-Next-Cursor': {
    description: 'For the query `cursor`: where the next rows begin. Absent at the end.',
    schema: { type: 'string' },
  },
};

function listParameters(route: Route): JsonSchema[] {
  return [
    ...listObject(route.params, 'path', () => true),
    ...listObject(route.query, 'query', (name, required) => required.includes(name)),
    ...(route.takesIfMatch === true ? [ifMatch] : []),
  ];
}

const ifMatch = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'A `quota_version`: the edit is refused where the balance changed since.',
  schema: { type: 'string' },
};

function listObject(
  schema: z.ZodObject | undefined,
  place: 'path' | 'query',
  isRequired: (name: string, required: readonly unknown[]) => boolean,
): JsonSchema[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = toJsonSchema(schema, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: unknown[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: isRequired(name, required),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}

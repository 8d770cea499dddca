import type { Json } from '@turnpike/core';
import { asObject, asText, parseJson, type JsonObject } from '../wire/json-object.ts';

/** The arguments of a call as the object that some families want. */
export interface ParsedArguments {
  value: JsonObject;
  /** The model wrote no JSON object: its text is under `_raw`. */
  isBroken: boolean;
}

/** Never fails: a conversation must not end because a model once wrote bad JSON. Nothing at all is no arguments. */
export function parseArguments(argumentsJson: string | undefined): ParsedArguments {
  if (asText(argumentsJson) === undefined) return { value: {}, isBroken: false };
  const value = asObject(parseJson(argumentsJson ?? ''));
  return value === undefined
    ? { value: { _raw: argumentsJson }, isBroken: true }
    : { value, isBroken: false };
}

/** The one parameter by which a tool of free text is offered to models that know functions only. */
const inputParameter = 'input';

/** A custom tool as a function with one text parameter. A grammar can only be described, not enforced. */
export function customToolParameters(format: Json): JsonObject {
  const description = describeFormat(format);
  return {
    type: 'object',
    properties: {
      [inputParameter]: {
        type: 'string',
        ...(description !== undefined && { description }),
      },
    },
    required: [inputParameter],
    additionalProperties: false,
  };
}

/** The input of a custom tool as arguments of that function. */
export function wrapCustomInput(input: string): string {
  return JSON.stringify({ [inputParameter]: input });
}

/** The input that such arguments hold; the arguments as they are where they hold none. */
export function unwrapCustomInput(argumentsJson: string): string {
  const input = asObject(parseJson(argumentsJson))?.[inputParameter];
  return typeof input === 'string' ? input : argumentsJson;
}

/** Chat nests the grammar under its own name, the Responses API does not. */
function describeFormat(format: Json): string | undefined {
  const object = asObject(format);
  if (object?.['type'] !== 'grammar') return undefined;
  const { definition, syntax } = asObject(object['grammar']) ?? object;
  if (typeof definition !== 'string') return undefined;
  const kind = typeof syntax === 'string' ? syntax : 'given';
  return `Must follow this ${kind} grammar:\n${definition}`;
}

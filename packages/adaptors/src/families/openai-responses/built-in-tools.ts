import type { JsonRecord, Tool } from '@turnpike/core';
import { asArray, asObject, asText, parseJson } from '../../wire/json-object.ts';

/**
 * A tool that only this protocol has, but whose calls the client runs itself: to any other model it can be offered as
 * a function, and a call of that function is turned back into the item that the client knows.
 */
export interface BuiltInTool {
  /** Its `type` in `tools`, and the function's name. */
  name: string;
  callType: string;
  outputType: string;
  idPrefix: string;
  description: string;
  parameters: JsonRecord;
  /** What a call item says, as arguments of the function. */
  toArguments(item: JsonRecord): unknown;
  /** The members of a call item that the function's arguments make. */
  toItem(argumentsOfCall: JsonRecord): JsonRecord;
}

const text = { type: 'string' };
const texts = { type: 'array', items: text };

const builtInTools: readonly BuiltInTool[] = [
  {
    name: 'local_shell',
    callType: 'local_shell_call',
    outputType: 'local_shell_call_output',
    idPrefix: 'lsh',
    description: "Runs a command on the user's machine and returns what it prints.",
    parameters: {
      type: 'object',
      properties: {
        command: { ...texts, description: 'The program and its arguments.' },
        working_directory: text,
        env: { type: 'object', additionalProperties: text },
        timeout_ms: { type: 'integer' },
      },
      required: ['command'],
    },
    toArguments: ({ action }) => withoutType(asObject(action)),
    toItem: (given) => ({
      action: { type: 'exec', env: {}, ...given, command: readCommand(given['command']) },
    }),
  },
  {
    name: 'shell',
    callType: 'shell_call',
    outputType: 'shell_call_output',
    idPrefix: 'sh',
    description: 'Runs shell commands and returns what each prints and how it ended.',
    parameters: {
      type: 'object',
      properties: {
        commands: { ...texts, description: 'Command lines, run one after the other.' },
        timeout_ms: { type: 'integer' },
        max_output_length: { type: 'integer' },
      },
      required: ['commands'],
    },
    toArguments: ({ action }) => action ?? {},
    toItem: (given) => ({
      action: {
        timeout_ms: null,
        max_output_length: null,
        ...given,
        commands: readCommand(given['commands']),
      },
    }),
  },
  {
    name: 'apply_patch',
    callType: 'apply_patch_call',
    outputType: 'apply_patch_call_output',
    idPrefix: 'apc',
    description: 'Creates, changes or deletes one file.',
    parameters: {
      type: 'object',
      properties: {
        type: { type: 'string', enum: ['create_file', 'update_file', 'delete_file'] },
        path: text,
        diff: { ...text, description: 'The change in the V4A diff format; not for delete_file.' },
      },
      required: ['type', 'path'],
    },
    toArguments: ({ operation }) => operation ?? {},
    toItem: (given) => ({ operation: given }),
  },
  {
    name: 'tool_search',
    callType: 'tool_search_call',
    outputType: 'tool_search_output',
    idPrefix: 'tsc',
    description: 'Searches for tools that can be used next.',
    parameters: { type: 'object', properties: {}, additionalProperties: true },
    toArguments: ({ arguments: given }) => given ?? {},
    toItem: (given) => ({ execution: 'client', arguments: given }),
  },
];

const byName = new Map(builtInTools.map((tool) => [tool.name, tool]));
const byCallType = new Map(builtInTools.map((tool) => [tool.callType, tool]));
const byOutputType = new Map(builtInTools.map((tool) => [tool.outputType, tool]));

/** By its `type` in `tools`. */
export function findBuiltInTool(name: string): BuiltInTool | undefined {
  return byName.get(name);
}

/** By the type of the item that calls it. */
export function findBuiltInCall(itemType: string): BuiltInTool | undefined {
  return byCallType.get(itemType);
}

/** By the type of the item that says what it did. */
export function findBuiltInOutput(itemType: string): BuiltInTool | undefined {
  return byOutputType.get(itemType);
}

/** The built-in tool that a decoded tool stands for. */
export function builtInToolOf(tool: Tool | undefined): BuiltInTool | undefined {
  const name = asText(tool?.extras?.['openai-responses']?.['builtIn']);
  return name === undefined ? undefined : byName.get(name);
}

/** The members of a call item. Arguments that are no object are handed over under `input`: the client says what is wrong. */
export function toBuiltInCall(tool: BuiltInTool, argumentsJson: string): JsonRecord {
  const given = argumentsJson.trim() === '' ? {} : asObject(parseJson(argumentsJson));
  return tool.toItem(given ?? { input: argumentsJson });
}

/** A command as a list; models that write it as one line mean that line. */
function readCommand(value: unknown): readonly unknown[] {
  return typeof value === 'string' ? [value] : asArray(value);
}

function withoutType(action: JsonRecord | undefined): JsonRecord {
  const { type: _, ...rest } = action ?? {};
  return rest;
}

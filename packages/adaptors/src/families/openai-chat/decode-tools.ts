import type { Tool, ToolChoice } from '@turnpike/core';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { readCacheMark } from './decode-content.ts';
import { refuse } from './refuse.ts';

const family = 'openai-chat';

/**
 * The tools of a request, those of the old form (`functions`) behind the others.
 *
 * @throws `invalid_request` with `param` for a tool without a name
 */
export function decodeTools(body: JsonObject): readonly Tool[] {
  return [
    ...asArray(body['tools']).map((tool, index) => decodeTool(tool, `tools[${index}]`)),
    ...asArray(body['functions']).map((definition, index) =>
      decodeFunction({ function: definition }, `functions[${index}]`),
    ),
  ];
}

function decodeTool(value: unknown, at: string): Tool {
  const raw = asObject(value);
  if (raw === undefined) throw refuse(at, 'must be an object', '必须是对象');
  if (raw['type'] === 'custom') return decodeCustom(raw, at);
  if (asObject(raw['function']) !== undefined) return decodeFunction(raw, at);
  // Cursor sends Anthropic's flat form to this door.
  if (asObject(raw['input_schema']) !== undefined) {
    const { input_schema: parameters, ...rest } = raw;
    const { origin: _, ...tool } = decodeFunction({ function: { ...rest, parameters } }, at);
    return tool;
  }
  return { kind: 'hosted', hosted: { kind: 'other', family, raw }, origin: { family, raw } };
}

function decodeFunction(raw: JsonObject, at: string): Tool {
  const definition = asObject(raw['function']);
  const name = asText(definition?.['name']);
  if (definition === undefined || name === undefined) {
    throw refuse(`${at}.function.name`, 'is required', '为必填项');
  }
  return defined({
    kind: 'function' as const,
    name,
    description: asText(definition['description']),
    parameters: definition['parameters'] ?? undefined,
    isStrict: typeof definition['strict'] === 'boolean' ? definition['strict'] : undefined,
    cache: readCacheMark(raw) ?? readCacheMark(definition),
    origin: { family, raw } as const,
  });
}

function decodeCustom(raw: JsonObject, at: string): Tool {
  const custom = asObject(raw['custom']);
  const name = asText(custom?.['name']);
  if (custom === undefined || name === undefined) {
    throw refuse(`${at}.custom.name`, 'is required', '为必填项');
  }
  return defined({
    kind: 'custom' as const,
    name,
    description: asText(custom['description']),
    format: custom['format'] ?? undefined,
    origin: { family, raw } as const,
  });
}

/** Undefined where the client left the choice, and parallel calls, to the upstream. */
export function decodeToolChoice(body: JsonObject): ToolChoice | undefined {
  const choice = decodeChoice(body['tool_choice'] ?? body['function_call']);
  const parallel = body['parallel_tool_calls'];
  if (typeof parallel !== 'boolean') return choice;
  return { ...(choice ?? { mode: 'auto' }), parallel };
}

function decodeChoice(value: unknown): ToolChoice | undefined {
  if (value === 'auto' || value === 'none' || value === 'required') return { mode: value };
  if (value === 'any') return { mode: 'required' };
  const raw = asObject(value);
  if (raw === undefined) return undefined;
  const allowed = asObject(raw['allowed_tools']);
  if (raw['type'] === 'allowed_tools' && allowed !== undefined) {
    return {
      mode: 'allowed',
      names: asArray(allowed['tools']).flatMap((tool) => nameOf(asObject(tool)) ?? []),
      isRequired: allowed['mode'] === 'required',
    };
  }
  const name = nameOf(raw);
  return name === undefined ? undefined : { mode: 'named', names: [name] };
}

function nameOf(raw: JsonObject | undefined): string | undefined {
  const named = asObject(raw?.['function']) ?? asObject(raw?.['custom']) ?? raw;
  return asText(named?.['name']);
}

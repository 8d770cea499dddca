import type { HostedReference, JsonRecord, Tool, ToolChoice } from '@turnpike/core';
import { asObject, asObjects, asText } from '../../wire/json-object.ts';
import { refuse } from '../openai-chat/refuse.ts';
import { findBuiltInTool } from './built-in-tools.ts';
import { stringOf } from './decode-content.ts';
import { flatName } from './tool-index.ts';

const family = 'openai-responses';

/**
 * Decodes `tools`. Tools of a namespace become tools of their own, deferred ones are simply there, and a search that
 * the vendor would run is left out: nothing is left to be found.
 *
 * @throws `invalid_request` where it is no list of objects
 */
export function decodeTools(tools: unknown): Tool[] {
  if (tools === undefined || tools === null) return [];
  if (!Array.isArray(tools)) throw refuse('tools', 'must be a list', '必须是列表');
  return (tools as readonly unknown[]).flatMap((value, index) => {
    const raw = asObject(value);
    if (raw === undefined) throw refuse(`tools[${index}]`, 'must be an object', '必须是对象');
    return decodeTool(raw);
  });
}

/** Tools that come with the conversation: found by a search, or added on the way. */
export function decodeAddedTools(items: readonly JsonRecord[]): Tool[] {
  return items.flatMap((item) => {
    const adds = item['type'] === 'tool_search_output' || item['type'] === 'additional_tools';
    if (!adds) return [];
    // The item itself goes back to its own family, so these are for the others.
    return decodeTools(item['tools']).map((tool) => ({
      ...tool,
      extras: { [family]: { ...tool.extras?.[family], isAdded: true } },
    }));
  });
}

function decodeTool(raw: JsonRecord): Tool[] {
  const origin = { family, raw } as const;
  const type = stringOf(raw['type']);
  if (type === 'namespace') return decodeNamespace(raw);
  if (type === 'function' || type === 'custom') return [decodeNamed(raw, undefined, raw)];
  if (type === 'tool_search' && raw['execution'] !== 'client') return [];
  const builtIn = isContainer(raw) ? undefined : findBuiltInTool(type);
  if (builtIn !== undefined) {
    const { name, description, parameters } = builtIn;
    const tool: Tool = {
      kind: 'function',
      name,
      description: asText(raw['description']) ?? description,
      parameters: asObject(raw['parameters']) ?? parameters,
      extras: { [family]: { builtIn: name } },
      origin,
    };
    return [tool];
  }
  const hosted: HostedReference = { kind: hostedKinds.get(type) ?? 'other', family, raw };
  return [{ kind: 'hosted', name: type, hosted, origin }];
}

function decodeNamespace(raw: JsonRecord): Tool[] {
  const namespace = stringOf(raw['name']);
  return asObjects(raw['tools']).map((tool) => decodeNamed(tool, namespace, raw));
}

function decodeNamed(raw: JsonRecord, namespace: string | undefined, source: JsonRecord): Tool {
  const description = asText(raw['description']);
  const named = {
    name: flatName(namespace, stringOf(raw['name'])),
    ...(description !== undefined && { description }),
    ...(namespace !== undefined && { extras: { [family]: { namespace } } }),
    origin: { family, raw: source } as const,
  };
  if (raw['type'] === 'custom') {
    return {
      kind: 'custom',
      ...named,
      ...(raw['format'] !== undefined && { format: raw['format'] }),
    };
  }
  const { parameters, strict } = raw;
  return {
    kind: 'function',
    ...named,
    ...(parameters !== undefined && parameters !== null && { parameters }),
    ...(typeof strict === 'boolean' && { isStrict: strict }),
  };
}

/** A shell in the vendor's container: nothing that the client could run. */
function isContainer(raw: JsonRecord): boolean {
  return asText(asObject(raw['environment'])?.['type'])?.startsWith('container') === true;
}

const hostedKinds: ReadonlyMap<string, HostedReference['kind']> = new Map([
  ['web_search', 'web-search'],
  ['web_search_2025_08_26', 'web-search'],
  ['web_search_preview', 'web-search'],
  ['web_search_preview_2025_03_11', 'web-search'],
  ['file_search', 'file-search'],
  ['code_interpreter', 'code-execution'],
  ['image_generation', 'image-generation'],
  ['mcp', 'mcp'],
  ['computer', 'computer'],
  ['computer_use_preview', 'computer'],
]);

/** Decodes `tool_choice` and `parallel_tool_calls`; undefined where the client said neither. */
export function decodeToolChoice(choice: unknown, parallel: unknown): ToolChoice | undefined {
  const decoded = decodeChoice(choice);
  if (typeof parallel !== 'boolean') return decoded;
  return { mode: 'auto', ...decoded, parallel };
}

function decodeChoice(choice: unknown): ToolChoice | undefined {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { mode: choice };
  const raw = asObject(choice);
  if (raw === undefined) return undefined;
  const type = stringOf(raw['type']);
  switch (type) {
    case 'function':
    case 'custom':
      return { mode: 'named', names: [nameOf(raw)] };
    case 'allowed_tools':
      return {
        mode: 'allowed',
        names: asObjects(raw['tools']).map((tool) => nameOf(tool) || stringOf(tool['type'])),
        isRequired: raw['mode'] === 'required',
      };
    default:
      return findBuiltInTool(type) === undefined
        ? { mode: 'named', hosted: type }
        : { mode: 'named', names: [type] };
  }
}

function nameOf(raw: JsonRecord): string {
  return flatName(asText(raw['namespace']), stringOf(raw['name']));
}

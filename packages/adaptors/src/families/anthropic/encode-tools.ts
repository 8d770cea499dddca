import type { CanonicalRequest, Tool, ToolChoice } from '@turnpike/core';
import type { LossList } from '../../translate/loss-list.ts';
import { customToolParameters } from '../../translate/tool-arguments.ts';
import { defined } from '../../wire/defined.ts';
import { asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { encodeHostedTool, type HostedTool } from './encode-hosted-tool.ts';
import { markOf } from './encode-request-blocks.ts';

export interface ToolsContext {
  losses: LossList;
  aliasName: (name: string) => string;
  /** Tools may be strict. */
  takesStrict: boolean;
  takesParallelSwitch: boolean;
  /** A call may be forced; not while the model thinks. */
  canForce: boolean;
  /** The upstream runs Anthropic's own tools. */
  takesHosted: boolean;
  /** The channel lets tools that upstreams run be translated. */
  translatesHosted: boolean;
}

export interface EncodedTools {
  tools: readonly JsonObject[];
  /** `mcp_servers`. */
  servers: readonly JsonObject[];
  betas: readonly string[];
}

export function encodeTools(request: CanonicalRequest, context: ToolsContext): EncodedTools {
  const hosted: HostedTool[] = [];
  const tools = request.tools.flatMap((tool, index) => {
    const at = `tools[${index}]`;
    if (tool.kind !== 'hosted' || isOwn(tool, context)) return encodeTool(tool, at, context);
    const found = encodeHosted(tool, request, at, context);
    if (found === undefined) return [];
    hosted.push(found);
    return [found.tool];
  });
  return {
    tools: [...tools, ...encodeWebSearch(request.webSearch, context)],
    servers: hosted.flatMap(({ server }) => (server === undefined ? [] : [server])),
    betas: [...new Set(hosted.flatMap(({ beta }) => beta ?? []))],
  };
}

function isOwn({ kind, origin }: Tool, { takesHosted }: ToolsContext): boolean {
  return origin?.family === 'anthropic' && (takesHosted || kind === 'function');
}

function encodeHosted(
  { hosted }: Extract<Tool, { kind: 'hosted' }>,
  request: CanonicalRequest,
  at: string,
  { losses, translatesHosted }: ToolsContext,
): HostedTool | undefined {
  const found = translatesHosted ? encodeHostedTool(hosted, request) : undefined;
  if (found !== undefined) {
    losses.add('info', 'approximated', at, `runs as ${String(found.tool['type'])}`);
  } else {
    losses.add('fatal', 'dropped', at, `a tool that the upstream runs (${hosted.kind})`);
  }
  return found;
}

function encodeTool(tool: Tool, at: string, context: ToolsContext): JsonObject[] {
  const { losses, aliasName, takesStrict } = context;
  if (tool.origin !== undefined && isOwn(tool, context)) return [tool.origin.raw];
  switch (tool.kind) {
    case 'function':
      return [
        defined({
          name: aliasName(tool.name),
          description: tool.description,
          input_schema: toInputSchema(tool.parameters),
          strict: takesStrict && tool.isStrict === true ? true : undefined,
          ...markOf(tool),
        }),
      ];
    case 'custom':
      if (tool.format !== undefined) {
        losses.add('warn', 'approximated', `${at}.format`, 'a grammar is described, not enforced');
      }
      return [
        defined({
          name: aliasName(tool.name),
          description: tool.description,
          input_schema: customToolParameters(tool.format),
        }),
      ];
    case 'hosted':
      return [];
  }
}

/** The root must be an object. */
function toInputSchema(parameters: unknown): JsonObject {
  const schema = asObject(parameters);
  if (schema === undefined) return { type: 'object', properties: {} };
  return schema['type'] === 'object' ? schema : { ...schema, type: 'object' };
}

/** Chat's own search is a member of the request, not a tool. */
function encodeWebSearch(webSearch: unknown, context: ToolsContext): JsonObject[] {
  const options = asObject(webSearch);
  if (options === undefined) return [];
  if (!context.translatesHosted) {
    context.losses.add('fatal', 'dropped', 'web_search_options', 'not enabled for this channel');
    return [];
  }
  return [webSearchTool(options)];
}

function webSearchTool(options: JsonObject): JsonObject {
  const place = asObject(asObject(options['user_location'])?.['approximate']);
  const names = ['city', 'region', 'country', 'timezone'] as const;
  const known = names.flatMap((name) => {
    const value = asText(place?.[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    type: 'web_search_20250305',
    name: 'web_search',
    max_uses: 5,
    ...(known.length > 0 && {
      user_location: { type: 'approximate', ...Object.fromEntries(known) },
    }),
  };
}

/** @returns undefined where the model may choose as it does by itself */
export function encodeChoice(
  choice: ToolChoice | undefined,
  context: ToolsContext,
): JsonObject | undefined {
  if (choice === undefined) return undefined;
  const wanted = toChoice(choice, context);
  const isForced = wanted['type'] === 'any' || wanted['type'] === 'tool';
  const type = isForced && !context.canForce ? { type: 'auto' } : wanted;
  if (type !== wanted) {
    context.losses.add(
      'warn',
      'approximated',
      'tool_choice',
      'no call can be forced while the model thinks',
    );
  }
  const isSerial = choice.parallel === false && type['type'] !== 'none';
  if (isSerial && !context.takesParallelSwitch) {
    context.losses.add(
      'warn',
      'dropped',
      'tool_choice.parallel',
      'parallel calls cannot be forbidden here',
    );
  }
  return isSerial && context.takesParallelSwitch
    ? { ...type, disable_parallel_tool_use: true }
    : type;
}

function toChoice(choice: ToolChoice, { losses, aliasName }: ToolsContext): JsonObject {
  const [name] = choice.names ?? [];
  switch (choice.mode) {
    case 'auto':
    case 'none':
      return { type: choice.mode };
    case 'required':
      return { type: 'any' };
    case 'named':
      return name === undefined ? { type: 'any' } : { type: 'tool', name: aliasName(name) };
    case 'allowed':
      losses.add('warn', 'approximated', 'tool_choice.allowed', 'all tools may be called');
      return { type: choice.isRequired === true ? 'any' : 'auto' };
  }
}

import type { CanonicalRequest, HostedReference, Tool, ToolChoice } from '@turnpike/core';
import type { ChatTraits } from '../../codec.ts';
import type { LossList } from '../../translate/loss-list.ts';
import { customToolParameters } from '../../translate/tool-arguments.ts';
import { clientToolSchema } from '../../translate/client-tools.ts';
import { defined } from '../../wire/defined.ts';
import type { JsonObject } from '../../wire/json-object.ts';

export interface ToolContext {
  traits: ChatTraits;
  losses: LossList;
  aliasName: (name: string) => string;
  /** A channel's owner lets hosted tools of other vendors run as this one's. */
  translatesHosted: boolean;
}

/** Members of the body about tools. */
export function encodeTools(request: CanonicalRequest, context: ToolContext): JsonObject {
  const tools = request.tools.flatMap((tool, index) =>
    encodeTool(tool, { ...context, at: `tools[${index}]` }),
  );
  const search = encodeSearch(request, context);
  if (tools.length === 0) return search;
  const { toolChoice } = request;
  return defined({
    ...search,
    tools,
    tool_choice: toolChoice && encodeChoice(toolChoice, request, context),
    parallel_tool_calls: toolChoice?.parallel,
  });
}

/** A search is no tool here, but a member of the request. */
function encodeSearch({ tools, webSearch }: CanonicalRequest, context: ToolContext): JsonObject {
  const isWanted = webSearch === undefined && tools.some((tool) => isForeignSearch(tool, context));
  return isWanted ? { web_search_options: {} } : {};
}

function isForeignSearch(tool: Tool, { translatesHosted }: ToolContext): boolean {
  const isSearch = tool.kind === 'hosted' && tool.hosted.kind === 'web-search';
  return translatesHosted && isSearch && tool.origin?.family !== 'openai-chat';
}

function encodeTool(tool: Tool, context: ToolContext & { at: string }): JsonObject[] {
  const { losses, at, aliasName } = context;
  if (tool.origin?.family === 'openai-chat') return [tool.origin.raw];
  switch (tool.kind) {
    case 'function': {
      if (tool.cache !== undefined && context.traits.takesCacheMarks !== true) {
        losses.add('warn', 'dropped', `${at}.cache`, 'this upstream has no cache marks');
      }
      const { description, parameters, isStrict } = tool;
      return [
        {
          type: 'function',
          function: defined({
            name: aliasName(tool.name),
            description,
            parameters,
            strict: isStrict,
          }),
        },
      ];
    }
    case 'custom':
      if (tool.format !== undefined) {
        losses.add('warn', 'approximated', `${at}.format`, 'a grammar is described, not enforced');
      }
      return [
        {
          type: 'function',
          function: defined({
            name: aliasName(tool.name),
            description: tool.description,
            parameters: customToolParameters(tool.format),
          }),
        },
      ];
    case 'hosted':
      if (isForeignSearch(tool, context)) {
        losses.add('info', 'approximated', at, 'runs as a search of the upstream');
        return [];
      }
      return encodeHosted(tool.hosted, tool.name, context);
  }
}

/** Tools that Anthropic's clients run themselves have schemas that its models know by heart; others are told them. */
function encodeHosted(
  hosted: HostedReference,
  name: string | undefined,
  { losses, at, aliasName }: ToolContext & { at: string },
): JsonObject[] {
  const known = clientToolSchema(hosted.raw);
  if (known === undefined || name === undefined) {
    losses.add('fatal', 'dropped', at, `a tool that the upstream runs (${hosted.kind})`);
    return [];
  }
  losses.add('info', 'approximated', at, 'a built-in tool is described in full');
  const { description, parameters } = known;
  return [{ type: 'function', function: { name: aliasName(name), description, parameters } }];
}

/** Tools of free text that are offered as functions here. */
export function listCustomTools(tools: readonly Tool[]): ReadonlySet<string> {
  return new Set(
    tools.flatMap(({ kind, name, origin }) =>
      kind === 'custom' && origin?.family !== 'openai-chat' ? [name] : [],
    ),
  );
}

function encodeChoice(
  choice: ToolChoice,
  request: CanonicalRequest,
  { traits, losses, aliasName }: ToolContext,
): unknown {
  const isForced = choice.mode === 'required' || choice.mode === 'named' || choice.isRequired;
  if (isForced === true && traits.lacksForcedTools === true) {
    losses.add(
      'warn',
      'approximated',
      'tool_choice',
      'this upstream cannot be made to call a tool',
    );
    return 'auto';
  }
  const [name] = choice.names ?? [];
  switch (choice.mode) {
    case 'named':
      return name === undefined
        ? 'required'
        : { type: 'function', function: { name: aliasName(name) } };
    case 'allowed':
      return {
        type: 'allowed_tools',
        allowed_tools: {
          mode: choice.isRequired === true ? 'required' : 'auto',
          tools: (choice.names ?? [])
            .filter((allowed) => request.tools.some((tool) => tool.name === allowed))
            .map((allowed) => ({ type: 'function', function: { name: aliasName(allowed) } })),
        },
      };
    case 'auto':
    case 'none':
    case 'required':
      return choice.mode;
  }
}

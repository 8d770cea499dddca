import type {
  CanonicalRequest,
  HostedReference,
  JsonRecord,
  Tool,
  ToolChoice,
} from '@turnpike/core';
import type { LossList } from '../../translate/loss-list.ts';
import { readBareServers, readMcpServer, type McpServer } from '../../translate/mcp-server.ts';
import { defined } from '../../wire/defined.ts';
import { asObject } from '../../wire/json-object.ts';

export interface ToolContext {
  losses: LossList;
  aliasName: (name: string) => string;
  /** A channel's owner lets hosted tools of other vendors run as this one's. */
  translatesHosted: boolean;
}

/** What runs as what here. Stores of files belong to one vendor's account: they have no counterpart. */
const equivalents: Readonly<Partial<Record<HostedReference['kind'], JsonRecord>>> = {
  'web-search': { type: 'web_search' },
  'code-execution': { type: 'code_interpreter', container: { type: 'auto' } },
  'image-generation': { type: 'image_generation' },
};

const family = 'openai-responses';

/** Members of the body about tools. */
export function encodeTools(request: CanonicalRequest, context: ToolContext): JsonRecord {
  const { toolChoice } = request;
  const tools = request.tools.flatMap((tool, index) =>
    encodeTool(tool, `tools[${index}]`, request, context),
  );
  const added = [...encodeBareServers(request, context), ...encodeWebSearch(request, context)];
  const all = [...tools, ...added].filter((tool, index, list) => list[index - 1] !== tool);
  if (all.length === 0) return {};
  return defined({
    tools: all,
    tool_choice: toolChoice && encodeChoice(toolChoice, request, context),
    parallel_tool_calls: toolChoice?.parallel,
  });
}

function encodeTool(
  tool: Tool,
  at: string,
  request: CanonicalRequest,
  { losses, aliasName, translatesHosted }: ToolContext,
): JsonRecord[] {
  const { toolChoice } = request;
  // What came with the conversation goes back with it.
  if (tool.extras?.[family]?.['isAdded'] === true) return [];
  if (tool.origin?.family === family) return [tool.origin.raw];
  switch (tool.kind) {
    case 'function':
      if (tool.cache !== undefined) {
        losses.add('warn', 'dropped', `${at}.cache`, 'caching is automatic here');
      }
      return [
        defined({
          type: 'function',
          name: aliasName(tool.name),
          description: tool.description,
          parameters: tool.parameters ?? { type: 'object', properties: {} },
          // Left out it would mean true.
          strict: tool.isStrict ?? false,
        }),
      ];
    case 'custom':
      return [
        defined({
          type: 'custom',
          name: aliasName(tool.name),
          description: tool.description,
          format: encodeFormat(tool.format),
        }),
      ];
    case 'hosted': {
      const server = readMcpServer(tool.hosted, request);
      const like = server === undefined ? equivalents[tool.hosted.kind] : encodeServer(server);
      const equivalent = translatesHosted ? like : undefined;
      if (equivalent !== undefined) {
        losses.add('info', 'approximated', at, `runs as ${String(equivalent['type'])}`);
        return [equivalent];
      }
      // Clients offer a search with every question; a server of tools is what a question is about.
      const isDemanded =
        tool.hosted.kind === 'mcp' ||
        (toolChoice?.hosted !== undefined && toolChoice.hosted === tool.name);
      const what = `a tool that another upstream runs (${tool.hosted.kind})`;
      losses.add(isDemanded ? 'fatal' : 'warn', 'dropped', at, what);
      return [];
    }
  }
}

/** Nobody is there to be asked before a call: the client's own protocol does not ask either. */
function encodeServer({ name, url, token, allowed }: McpServer): JsonRecord {
  return defined({
    type: 'mcp',
    server_label: name,
    server_url: url,
    authorization: token,
    allowed_tools: allowed,
    require_approval: 'never',
  });
}

/** Servers that no tool names. */
function encodeBareServers(
  request: CanonicalRequest,
  { losses, translatesHosted }: ToolContext,
): JsonRecord[] {
  return readBareServers(request).flatMap((server, index) => {
    const at = `mcp_servers[${index}]`;
    if (server !== undefined && translatesHosted) {
      losses.add('info', 'approximated', at, 'runs as mcp');
      return [encodeServer(server)];
    }
    losses.add('fatal', 'dropped', at, 'a server of tools');
    return [];
  });
}

/** Chat nests a grammar under its own name. */
function encodeFormat(format: unknown): unknown {
  const nested = asObject(asObject(format)?.['grammar']);
  return nested === undefined ? format : { type: 'grammar', ...nested };
}

/** Chat's way to ask for a search, which nothing is stored for. */
function encodeWebSearch(request: CanonicalRequest, { losses }: ToolContext): JsonRecord[] {
  const options = asObject(request.webSearch);
  if (options === undefined) return [];
  const { search_context_size: size, user_location: location } = options;
  losses.add('info', 'approximated', 'web_search_options', 'the model decides when to search');
  return [
    defined({
      type: 'web_search',
      search_context_size: size,
      user_location: encodeLocation(location),
    }),
  ];
}

/** Chat nests the place under its kind. */
function encodeLocation(location: unknown): unknown {
  const place = asObject(asObject(location)?.['approximate']);
  return place === undefined ? undefined : { type: 'approximate', ...place };
}

function encodeChoice(
  choice: ToolChoice,
  request: CanonicalRequest,
  context: ToolContext,
): unknown {
  switch (choice.mode) {
    case 'auto':
    case 'none':
    case 'required':
      return choice.mode;
    case 'named': {
      const [name] = choice.names ?? [];
      if (name !== undefined) return encodeNamed(name, request, context);
      return choice.hosted === undefined ? 'required' : { type: choice.hosted };
    }
    case 'allowed':
      return {
        type: 'allowed_tools',
        mode: choice.isRequired === true ? 'required' : 'auto',
        tools: (choice.names ?? []).map((name) => encodeNamed(name, request, context)),
      };
  }
}

function encodeNamed(
  name: string,
  { tools }: CanonicalRequest,
  { aliasName }: ToolContext,
): JsonRecord {
  const tool = tools.find((candidate) => candidate.name === name);
  return { type: tool?.kind === 'custom' ? 'custom' : 'function', name: aliasName(name) };
}

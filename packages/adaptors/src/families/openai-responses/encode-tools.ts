import type {
  CanonicalRequest,
  HostedReference,
  JsonRecord,
  Tool,
  ToolChoice,
} from '@turnpike/core';
import type { LossList } from '../../translate/loss-list.ts';
import { defined } from '../../wire/defined.ts';
import { asObject } from '../../wire/json-object.ts';

export interface ToolContext {
  losses: LossList;
  aliasName: (name: string) => string;
  /** A channel's owner lets hosted tools of other vendors run as this one's. */
  translatesHosted: boolean;
}

/** What runs as what here. Tools that need something of one account's (stores of files, servers) are not among them. */
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
  const search = encodeWebSearch(request, context);
  const all = [...tools, ...search].filter((tool, index, list) => list[index - 1] !== tool);
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
  { toolChoice }: CanonicalRequest,
  { losses, aliasName, translatesHosted }: ToolContext,
): JsonRecord[] {
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
      const equivalent = translatesHosted ? equivalents[tool.hosted.kind] : undefined;
      if (equivalent !== undefined) {
        losses.add('info', 'approximated', at, `runs as ${String(equivalent['type'])}`);
        return [equivalent];
      }
      const isDemanded = toolChoice?.hosted !== undefined && toolChoice.hosted === tool.name;
      const what = `a tool that another upstream runs (${tool.hosted.kind})`;
      losses.add(isDemanded ? 'fatal' : 'warn', 'dropped', at, what);
      return [];
    }
  }
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

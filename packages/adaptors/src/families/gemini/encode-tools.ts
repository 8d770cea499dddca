import type { CanonicalRequest, HostedReference, JsonRecord, Tool } from '@turnpike/core';
import { customToolParameters } from '../../translate/tool-arguments.ts';
import { aliasToolName, toolNameRules } from '../../translate/tool-names.ts';
import { asObject } from '../../wire/json-object.ts';
import type { EncodeContext } from './encode-context.ts';
import { hasProperties, reduceSchema } from './reduce-schema.ts';
import { mayTranslateHosted } from '../../translate/hosted-tools.ts';

export interface EncodedTools {
  tools?: readonly JsonRecord[];
  toolConfig?: JsonRecord;
}

/** Hosted tools of other families that have the same meaning here. */
const equivalents: Readonly<Partial<Record<HostedReference['kind'], string>>> = {
  'web-search': 'googleSearch',
  'url-fetch': 'urlContext',
  'code-execution': 'codeExecution',
};

/** All functions in one entry, hosted tools in one each, and which of them may be called. */
export function encodeTools(request: CanonicalRequest, context: EncodeContext): EncodedTools {
  const declarations = request.tools.flatMap((tool, index) =>
    encodeFunction(tool, `tools[${index}]`, context),
  );
  const hosted = encodeHosted(request, declarations.length > 0, context);
  const tools = [
    ...(declarations.length > 0 ? [{ functionDeclarations: declarations }] : []),
    ...hosted,
  ];
  if (tools.length === 0) return {};
  const toolConfig = encodeToolConfig(request, context, {
    hasFunctions: declarations.length > 0,
    isMixed: declarations.length > 0 && hosted.length > 0,
  });
  return { tools, ...(toolConfig !== undefined && { toolConfig }) };
}

function encodeFunction(tool: Tool, at: string, context: EncodeContext): JsonRecord[] {
  if (tool.kind === 'hosted') return [];
  const name = aliasToolName(tool.name, toolNameRules.gemini);
  const description = tool.description ?? '';
  if (tool.kind === 'custom') {
    if (tool.format !== undefined && asObject(tool.format)?.['type'] !== 'text')
      context.losses.add('warn', 'approximated', `${at}.format`, 'the grammar is only described');
    return [{ name, description, ...encodeParameters(customToolParameters(tool.format), context) }];
  }
  if (tool.cache !== undefined)
    context.losses.add('warn', 'dropped', `${at}.cache`, 'cache marks have no place');
  return [{ name, description, ...encodeParameters(tool.parameters, context) }];
}

/** Newer models read JSON Schema; for older ones it is reduced. A function without parameters has none. */
function encodeParameters(parameters: unknown, context: EncodeContext): JsonRecord {
  if (!hasProperties(parameters)) return {};
  return takesJsonSchema(context)
    ? { parametersJsonSchema: parameters }
    : { parameters: reduceSchema(parameters) };
}

/** Config `schema_dialect: "openapi"` is for gateways and tuned models that know the old member only. */
export function takesJsonSchema({ facts, target }: EncodeContext): boolean {
  return facts.generation !== 'old' && target.config['schema_dialect'] !== 'openapi';
}

function encodeHosted(
  request: CanonicalRequest,
  hasFunctions: boolean,
  context: EncodeContext,
): JsonRecord[] {
  const { losses, facts } = context;
  const hosted = request.tools.flatMap((tool, index) =>
    tool.kind === 'hosted' ? encodeReference(tool.hosted, `tools[${index}]`, context) : [],
  );
  if (request.webSearch !== undefined) {
    if (mayTranslateHosted(context.target)) hosted.push({ googleSearch: {} });
    else losses.add('fatal', 'dropped', 'webSearch', 'hosted tools are not translated here');
  }
  if (hosted.length === 0 || !hasFunctions || facts.generation === '3') return hosted;
  losses.add('warn', 'dropped', 'tools', 'this model takes functions or hosted tools, not both');
  return [];
}

function encodeReference(
  hosted: HostedReference,
  at: string,
  context: EncodeContext,
): JsonRecord[] {
  if (hosted.family === 'gemini') return [hosted.raw];
  const name = equivalents[hosted.kind];
  if (name !== undefined && mayTranslateHosted(context.target)) {
    context.losses.add('info', 'approximated', at, `runs as ${name}`);
    return [{ [name]: {} }];
  }
  context.losses.add('fatal', 'dropped', at, `a hosted tool (${hosted.kind}) of another provider`);
  return [];
}

function encodeToolConfig(
  request: CanonicalRequest,
  { facts, losses }: EncodeContext,
  { hasFunctions, isMixed }: { hasFunctions: boolean; isMixed: boolean },
): JsonRecord | undefined {
  if (request.toolChoice?.parallel === false)
    losses.add('warn', 'dropped', 'toolChoice.parallel', 'parallel calls cannot be forbidden');
  if (!hasFunctions) return undefined;
  const isStrict = request.tools.some((tool) => tool.kind === 'function' && tool.isStrict === true);
  const auto = (isStrict && facts.generation !== 'old') || isMixed ? 'VALIDATED' : 'AUTO';
  const functionCallingConfig = encodeChoice(request, auto);
  if (functionCallingConfig === undefined && !isMixed) return undefined;
  return {
    functionCallingConfig: functionCallingConfig ?? { mode: auto },
    ...(isMixed && { includeServerSideToolInvocations: true }),
  };
}

function encodeChoice({ toolChoice }: CanonicalRequest, auto: string): JsonRecord | undefined {
  const allowedFunctionNames = toolChoice?.names?.map((name) =>
    aliasToolName(name, toolNameRules.gemini),
  );
  switch (toolChoice?.mode) {
    case undefined:
      return auto === 'AUTO' ? undefined : { mode: auto };
    case 'auto':
      return { mode: auto };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'named':
      return { mode: 'ANY', ...(allowedFunctionNames && { allowedFunctionNames }) };
    case 'allowed':
      // A plain AUTO takes no list.
      return {
        mode: toolChoice.isRequired === true ? 'ANY' : 'VALIDATED',
        ...(allowedFunctionNames && { allowedFunctionNames }),
      };
  }
}

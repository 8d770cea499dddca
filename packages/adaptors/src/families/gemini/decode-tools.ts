import type { HostedReference, Tool, ToolChoice } from '@turnpike/core';
import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';
import { expandSchema } from './expand-schema.ts';
import { member, objectMember, snakeNameOf, textMember } from './member.ts';

const hostedKinds: Readonly<Record<string, HostedReference['kind']>> = {
  googleSearch: 'web-search',
  googleSearchRetrieval: 'web-search',
  enterpriseWebSearch: 'web-search',
  urlContext: 'url-fetch',
  codeExecution: 'code-execution',
  fileSearch: 'file-search',
  computerUse: 'computer',
  mcpServers: 'mcp',
};

const kindBySpelling = new Map(
  Object.entries(hostedKinds).flatMap(([name, kind]) => [
    [name, kind] as const,
    [snakeNameOf(name), kind] as const,
  ]),
);

/** Entries of Google's are lists of functions, or one hosted tool each. */
export function decodeTools(tools: readonly unknown[]): Tool[] {
  return tools.flatMap((value) => {
    const entry = asObject(value);
    if (entry === undefined) return [];
    const declarations = asArray(member(entry, 'functionDeclarations')).flatMap(decodeFunction);
    const others = Object.keys(entry).filter(
      (key) => key !== 'functionDeclarations' && key !== 'function_declarations',
    );
    return [...declarations, ...others.map((key) => decodeHosted(key, entry[key]))];
  });
}

function decodeFunction(value: unknown): Tool[] {
  const declaration = asObject(value);
  const name = textMember(declaration, 'name');
  if (declaration === undefined || name === undefined) return [];
  const description = textMember(declaration, 'description');
  const parameters =
    objectMember(declaration, 'parametersJsonSchema') ?? expandParameters(declaration);
  return [
    {
      kind: 'function',
      name,
      ...(description !== undefined && { description }),
      ...(parameters !== undefined && { parameters }),
      origin: { family: 'gemini', raw: declaration },
    },
  ];
}

function expandParameters(declaration: JsonObject): JsonObject | undefined {
  const parameters = objectMember(declaration, 'parameters');
  return parameters && expandSchema(parameters);
}

function decodeHosted(key: string, value: unknown): Tool {
  const raw = { [key]: value };
  return {
    kind: 'hosted',
    hosted: { kind: kindBySpelling.get(key) ?? 'other', family: 'gemini', raw },
    origin: { family: 'gemini', raw },
  };
}

/** Which functions may be called. Undefined where the client leaves it to the model without a word. */
export function decodeToolChoice(toolConfig: JsonObject | undefined): ToolChoice | undefined {
  const config = objectMember(toolConfig, 'functionCallingConfig');
  const mode = textMember(config, 'mode')?.toUpperCase();
  const names = asArray(member(config, 'allowedFunctionNames')).filter(
    (name): name is string => typeof name === 'string',
  );
  const isRequired = mode === 'ANY';
  if (mode === 'NONE') return { mode: 'none' };
  if (names.length === 1 && isRequired) return { mode: 'named', names };
  if (names.length > 0) return { mode: 'allowed', names, isRequired };
  if (isRequired) return { mode: 'required' };
  return mode === 'AUTO' || mode === 'VALIDATED' ? { mode: 'auto' } : undefined;
}

import type { HostedOutcome, HostedReference, HostedStep, Part } from '@turnpike/core';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { defined } from '../../wire/defined.ts';

const family = 'anthropic';

const hostedKinds: readonly (readonly [RegExp, HostedReference['kind']])[] = [
  [/^web_search/, 'web-search'],
  [/^web_fetch/, 'url-fetch'],
  [/code_execution/, 'code-execution'],
  [/^mcp/, 'mcp'],
  [/^(?:computer|browser)/, 'computer'],
];

/** @param name the tool's name or type, which begins with what it is */
export function hostedOf(name: string, raw: JsonObject): HostedReference {
  const kind = hostedKinds.find(([pattern]) => pattern.test(name))?.[1] ?? 'other';
  return { kind, family, raw };
}

/** A call that Anthropic ran itself, or had a server of tools run. */
export function decodeHostedCall(raw: JsonObject): Part {
  const name = asText(raw['name']) ?? '';
  const isServer = raw['type'] === 'mcp_tool_use';
  return defined({
    kind: 'tool-call' as const,
    callId: asText(raw['id']) ?? '',
    name,
    tool: 'hosted' as const,
    argumentsJson: JSON.stringify(raw['input'] ?? {}),
    hosted: hostedOf(isServer ? 'mcp' : name, raw),
    step: isServer
      ? { kind: 'mcp' as const, server: asText(raw['server_name']) ?? '', tool: name }
      : readStep(name, asObject(raw['input']) ?? {}),
  });
}

function readStep(name: string, input: JsonObject): HostedStep | undefined {
  const { query, url, code, command } = input;
  switch (name) {
    case 'web_search':
      return typeof query === 'string' ? { kind: 'search', queries: [query] } : undefined;
    case 'web_fetch':
      return typeof url === 'string' ? { kind: 'fetch', url } : undefined;
    case 'code_execution':
      return typeof code === 'string' ? { kind: 'code', code, language: 'python' } : undefined;
    case 'bash_code_execution':
      return typeof command === 'string'
        ? { kind: 'code', code: command, language: 'bash' }
        : undefined;
    default:
      return undefined;
  }
}

/** What such a call came back with. */
export function decodeHostedResult(raw: JsonObject): Part {
  const content = raw['content'];
  const failure = asText(asObject(content)?.['type'])?.endsWith('_error') === true;
  const isError = failure || raw['is_error'] === true;
  return defined({
    kind: 'tool-result' as const,
    callId: asText(raw['tool_use_id']) ?? '',
    tool: 'hosted' as const,
    isError: isError ? true : undefined,
    content: raw['type'] === 'mcp_tool_result' ? readTexts(content) : [],
    outcome: readOutcome(asText(raw['type']) ?? '', content),
  });
}

function readOutcome(type: string, content: unknown): HostedOutcome | undefined {
  switch (type) {
    case 'web_search_tool_result':
      return { kind: 'pages', pages: asArray(content).flatMap(readPage) };
    case 'web_fetch_tool_result':
      return defined({ kind: 'page' as const, url: asText(asObject(content)?.['url']) });
    case 'code_execution_tool_result':
    case 'bash_code_execution_tool_result':
      return readOutput(asObject(content) ?? {});
    case 'mcp_tool_result':
      return { kind: 'content' };
    default:
      return undefined;
  }
}

function readPage(value: unknown): { url: string; title?: string }[] {
  const page = asObject(value);
  const url = asText(page?.['url']);
  return url === undefined ? [] : [defined({ url, title: asText(page?.['title']) })];
}

/** Undefined for what only Anthropic can read. */
function readOutput(result: JsonObject): HostedOutcome | undefined {
  const { return_code: exitCode, encrypted_stdout: sealed } = result;
  if (sealed !== undefined) return undefined;
  return defined({
    kind: 'output' as const,
    text: asText(result['stdout']) ?? '',
    errorText: asText(result['stderr']) ?? asText(result['error_code']),
    exitCode: typeof exitCode === 'number' ? exitCode : undefined,
  });
}

function readTexts(content: unknown): Part[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  return asArray(content).flatMap((block): Part[] => {
    const text = asText(asObject(block)?.['text']);
    return text === undefined ? [] : [{ kind: 'text', text }];
  });
}

import type { ToolCallPart, ToolResultPart } from '@turnpike/core';
import { parseArguments } from '../../translate/tool-arguments.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import { madeHereMark, toHostedCallId } from './made-here.ts';

/** A call that another upstream ran itself, as a block; undefined where there is nothing like it here. */
export function encodeHostedCall(
  { callId, step, argumentsJson }: ToolCallPart,
  isLatest: boolean,
): JsonObject | undefined {
  switch (step?.kind) {
    case 'search':
      return toServerUse('web_search', { query: step.queries.join('; ') }, callId, isLatest);
    case 'code':
      return toServerUse('code_execution', { code: step.code }, callId, isLatest);
    case 'mcp':
      return {
        type: 'mcp_tool_use',
        id: toHostedCallId(callId, 'mcp'),
        name: step.tool,
        server_name: step.server,
        input: parseArguments(argumentsJson).value,
      };
    case 'fetch':
      return toServerUse('web_fetch', { url: step.url }, callId, isLatest);
    case undefined:
      return undefined;
  }
}

function toServerUse(
  name: string,
  input: JsonObject,
  callId: string,
  isLatest: boolean,
): JsonObject {
  const id = toHostedCallId(callId, 'srv');
  return { type: 'server_tool_use', id, name, input, ...callerOf(isLatest) };
}

/** What such a call came back with. */
export function encodeHostedResult(
  { callId, outcome, isError = false, content }: ToolResultPart,
  isLatest: boolean,
): JsonObject | undefined {
  const id = toHostedCallId(callId, 'srv');
  switch (outcome?.kind) {
    case 'pages': {
      const pages = outcome.pages.map(({ url, title = url }) => ({
        type: 'web_search_result',
        url,
        title,
        encrypted_content: madeHereMark,
        page_age: null,
      }));
      const failure = { type: 'web_search_tool_result_error', error_code: 'unavailable' };
      return {
        type: 'web_search_tool_result',
        tool_use_id: id,
        content: isError ? failure : pages,
        ...callerOf(isLatest),
      };
    }
    case 'page':
      return {
        type: 'web_fetch_tool_result',
        tool_use_id: id,
        content: toPage(outcome.url ?? '', isError),
        ...callerOf(isLatest),
      };
    case 'output':
      return {
        type: 'code_execution_tool_result',
        tool_use_id: id,
        content: {
          type: 'code_execution_result',
          stdout: outcome.text,
          stderr: outcome.errorText ?? '',
          return_code: outcome.exitCode ?? (isError ? 1 : 0),
          content: [],
        },
      };
    case 'content':
      return {
        type: 'mcp_tool_result',
        tool_use_id: toHostedCallId(callId, 'mcp'),
        is_error: isError,
        content: content.flatMap((part) =>
          part.kind === 'text' ? [{ type: 'text', text: part.text }] : [],
        ),
      };
    case undefined:
      return undefined;
  }
}

/** That a page was opened is known, not what it says, nor when. */
function toPage(url: string, isError: boolean): JsonObject {
  if (isError) return { type: 'web_fetch_tool_result_error', error_code: 'url_not_accessible' };
  const source = { type: 'text', media_type: 'text/plain', data: '' };
  return {
    type: 'web_fetch_result',
    url,
    retrieved_at: '',
    content: { type: 'document', title: null, citations: { enabled: false }, source },
  };
}

function callerOf(isLatest: boolean): JsonObject {
  return isLatest ? { caller: { type: 'direct' } } : {};
}

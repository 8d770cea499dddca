import { renderAnthropic, streamAnthropic } from './render-anthropic.ts';
import { encodeEvent, streamInvoke } from './render-bedrock.ts';
import { renderChat, streamChat } from './render-chat.ts';
import { renderConverse, streamConverse } from './render-converse.ts';
import { renderGemini, streamGemini } from './render-gemini.ts';
import { renderResponses, streamResponses } from './render-responses.ts';
import type { Answer } from './scene.ts';

/** A family at its own service, or at a host that has another address or another wire for it. */
export type UpstreamFamily =
  | 'openai-chat'
  | 'openai-responses'
  | 'anthropic'
  | 'gemini'
  | 'bedrock-invoke'
  | 'bedrock-converse'
  | 'vertex-gemini'
  | 'vertex-claude';

/** What one of them looks like from outside. */
export interface UpstreamWire {
  /** What addresses of its calls match. */
  path: RegExp;
  isStream(path: string, body: Record<string, unknown>): boolean;
  contentType: string;
  whole(answer: Answer): object;
  stream(answer: Answer): readonly (string | Uint8Array)[];
  /** Which frame brings the first text of an answer that is nothing but text. */
  firstText: number;
  refusal(status: number): object;
  /** An error in the middle of a stream. */
  streamError: string | Uint8Array;
}

const words = 'The engine is overheated.';

const asked = (_path: string, body: Record<string, unknown>): boolean => body['stream'] === true;
const addressed = (path: string): boolean => /:stream|-stream$/.test(path);
const sse = 'text/event-stream';
const aws = 'application/vnd.amazon.eventstream';

const openai = {
  isStream: asked,
  contentType: sse,
  refusal: () => ({ error: { message: words, type: 'server_error', param: null, code: null } }),
};

const claude = {
  contentType: sse,
  whole: renderAnthropic,
  firstText: 3,
  refusal: () => ({ type: 'error', error: { type: 'api_error', message: words } }),
  streamError: `event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"${words}"}}\n\n`,
};

const google = {
  isStream: addressed,
  contentType: sse,
  whole: renderGemini,
  stream: streamGemini,
  firstText: 0,
  refusal: (status: number) => ({ error: { code: status, message: words, status: 'INTERNAL' } }),
  streamError: `data: {"error":{"code":503,"message":"${words}","status":"UNAVAILABLE"}}\n\n`,
};

const bedrock = {
  isStream: addressed,
  contentType: aws,
  refusal: () => ({ message: words }),
  streamError: encodeEvent('serviceUnavailableException', { message: words }, 'exception'),
};

/** The first whose address fits is meant. */
export const upstreamWires: Readonly<Record<UpstreamFamily, UpstreamWire>> = {
  'bedrock-invoke': {
    ...bedrock,
    path: /^\/model\/[^/]+\/invoke/,
    whole: renderAnthropic,
    stream: streamInvoke,
    firstText: 3,
  },
  'bedrock-converse': {
    ...bedrock,
    path: /^\/model\/[^/]+\/converse/,
    whole: renderConverse,
    stream: streamConverse,
    firstText: 1,
  },
  'vertex-claude': {
    ...claude,
    path: /\/publishers\/anthropic\/models\/[^/]+:(r|streamR)awPredict$/,
    isStream: addressed,
    stream: streamAnthropic,
  },
  'vertex-gemini': { ...google, path: /\/publishers\/google\/models\// },
  gemini: { ...google, path: /enerateContent/ },
  'openai-responses': {
    ...openai,
    path: /\/responses/,
    whole: renderResponses,
    stream: streamResponses,
    firstText: 4,
    streamError: `event: error\ndata: {"type":"error","code":"server_error","message":"${words}","param":null,"sequence_number":9}\n\n`,
  },
  anthropic: { ...claude, path: /\/messages/, isStream: asked, stream: streamAnthropic },
  'openai-chat': {
    ...openai,
    path: /./,
    whole: renderChat,
    stream: streamChat,
    firstText: 1,
    streamError: `data: {"error":{"message":"${words}","type":"server_error","code":null}}\n\n`,
  },
};

/** Whose call this address is. */
export function familyOf(path: string): UpstreamFamily {
  const names = Object.keys(upstreamWires) as UpstreamFamily[];
  return names.find((name) => upstreamWires[name].path.test(path)) ?? 'openai-chat';
}

/**
 * What the model makes of its answer where the request forces the call of a tool, as gateways do for schemas that an
 * upstream has no word for.
 */
export function obeyToolChoice(answer: Answer, body: Record<string, unknown>): Answer {
  const name = forcedTool(body);
  if (name === undefined || answer.text?.startsWith('{') !== true) return answer;
  const { text, ...rest } = answer;
  const input = JSON.parse(text) as Record<string, unknown>;
  return { ...rest, calls: [{ id: 'call_forced', name, input }], end: 'calls' };
}

/** The one tool that must be called, in Anthropic's words or Converse's. */
function forcedTool(body: Record<string, unknown>): string | undefined {
  const { tool_choice: choice, tools, toolConfig } = body as RequestWithTools;
  if (choice?.type === 'tool') return choice.name;
  const offered = [
    ...(choice?.type === 'any' ? (tools ?? []) : []),
    ...(toolConfig?.toolChoice?.any === undefined ? [] : toolConfig.tools),
  ].map((tool) => ('toolSpec' in tool ? tool.toolSpec.name : tool.name));
  return offered.length === 1 ? offered[0] : undefined;
}

interface RequestWithTools {
  tool_choice?: { type: string; name?: string };
  tools?: readonly { name: string }[];
  toolConfig?: {
    tools: readonly { toolSpec: { name: string } }[];
    toolChoice?: { any?: object };
  };
}

import type { MediaPart, OpaqueState, Part } from '@turnpike/core';
import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';
import { refuse } from '../openai-chat/refuse.ts';
import { codeCall, codeResult } from './code-parts.ts';
import { isGoogleAddress } from './encode-media.ts';
import { mediaKindOf } from './media-kind.ts';
import { objectMember, textMember } from './member.ts';

/**
 * One part of a conversation; none where it says nothing.
 *
 * @throws `invalid_request` with `param` for a part that holds nothing that Google's clients send
 */
export function decodeRequestPart(part: JsonObject, facts: { callId: string }, at: string): Part[] {
  const common = { ...stateOf(part), origin: { family: 'gemini' as const, raw: part } };
  if (typeof part['text'] === 'string') return decodeText(part, part['text'], common);
  const inline = objectMember(part, 'inlineData');
  if (inline !== undefined) {
    return [{ ...mediaOf(inline, { base64: textMember(inline, 'data') ?? '' }), ...common }];
  }
  const file = objectMember(part, 'fileData');
  if (file !== undefined) return [{ ...decodeFile(file), ...common }];
  const call = objectMember(part, 'functionCall');
  if (call !== undefined) return [{ ...decodeCall(call, facts.callId, at), ...common }];
  const result = objectMember(part, 'functionResponse');
  if (result !== undefined) return [{ ...decodeResult(result, facts.callId), ...common }];
  return decodeOther(part, common, at);
}

type Common = Pick<Part, 'state' | 'origin'>;

function decodeText(part: JsonObject, text: string, common: Common): Part[] {
  if (part['thought'] === true)
    return [{ kind: 'reasoning', ...(text !== '' && { text }), ...common }];
  if (text !== '') return [{ kind: 'text', text, ...common }];
  // Nothing but a signature.
  return common.state === undefined ? [] : [{ kind: 'reasoning', ...common }];
}

function decodeFile(file: JsonObject): MediaPart {
  const uri = textMember(file, 'fileUri') ?? '';
  // What is stored with Google can be had from Google only; films are public, but only Google watches them.
  return mediaOf(file, isGoogleAddress(uri) ? { fileId: uri } : { url: uri });
}

function mediaOf(data: JsonObject, source: MediaPart['source']): MediaPart {
  const mime = textMember(data, 'mimeType')?.toLowerCase();
  const filename = textMember(data, 'displayName');
  return {
    kind: 'media',
    media: mediaKindOf(mime),
    ...(mime !== undefined && { mime }),
    ...(filename !== undefined && { filename }),
    source,
  };
}

function decodeCall(call: JsonObject, callId: string, at: string): Part {
  const name = textMember(call, 'name');
  if (name === undefined) throw refuse(`${at}.functionCall.name`, 'is required', '为必填项');
  const args = call['args'];
  return {
    kind: 'tool-call',
    callId,
    name,
    tool: 'function',
    argumentsJson: asObject(args) === undefined ? '{}' : JSON.stringify(args),
  };
}

function decodeResult(result: JsonObject, callId: string): Part {
  const name = textMember(result, 'name');
  const response = asObject(result['response']) ?? {};
  const { text, isError } = readAnswer(response);
  const media = asArray(result['parts']).flatMap((value): MediaPart[] => {
    const inline = objectMember(value, 'inlineData');
    if (inline !== undefined)
      return [mediaOf(inline, { base64: textMember(inline, 'data') ?? '' })];
    const file = objectMember(value, 'fileData');
    return file === undefined ? [] : [decodeFile(file)];
  });
  return {
    kind: 'tool-result',
    callId,
    ...(name !== undefined && { name }),
    tool: 'function',
    ...(isError && { isError }),
    content: [
      ...(text === '' && media.length > 0 ? [] : [{ kind: 'text' as const, text }]),
      ...media,
    ],
  };
}

/** Names under which clients wrap what a tool said as plain text. */
const wrappers = ['output', 'result', 'content'];

function readAnswer(response: JsonObject): { text: string; isError: boolean } {
  const [entry, ...more] = Object.entries(response);
  if (entry !== undefined && more.length === 0) {
    const [key, value] = entry;
    if (key === 'error')
      return { text: typeof value === 'string' ? value : JSON.stringify(value), isError: true };
    if (wrappers.includes(key) && typeof value === 'string') return { text: value, isError: false };
  }
  return { text: JSON.stringify(response), isError: false };
}

function decodeOther(part: JsonObject, common: Common, at: string): Part[] {
  const code = objectMember(part, 'executableCode');
  if (code !== undefined) {
    return [{ ...codeCall(part, code, textMember(code, 'id') ?? unnamedCode), ...common }];
  }
  const result = objectMember(part, 'codeExecutionResult');
  if (result !== undefined)
    return [{ ...codeResult(result, textMember(result, 'id') ?? unnamedCode), ...common }];
  const itemType = Object.keys(part).find((key) => !attributes.has(key));
  if (itemType !== undefined)
    return [{ kind: 'provider-item', family: 'gemini', itemType, raw: part, ...common }];
  if (common.state !== undefined) return [{ kind: 'reasoning', ...common }];
  throw refuse(at, 'must hold text, data, a call or a response', '必须包含文本、数据、调用或响应');
}

/** The id of code that has none, and of its result. */
const unnamedCode = 'code_execution';

const attributes: ReadonlySet<string> = new Set(
  ['thought', 'thoughtSignature', 'videoMetadata', 'mediaResolution', 'partMetadata'].flatMap(
    (name) => [name, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)],
  ),
);

/** As the client carries it: native, or a capsule of ours. */
function stateOf(part: JsonObject): { state?: readonly OpaqueState[] } {
  const value = textMember(part, 'thoughtSignature');
  return value === undefined
    ? {}
    : { state: [{ family: 'gemini', kind: 'thought-signature', value }] };
}

import type { OpaqueState, Part, PartHeader } from '@turnpike/core';
import { asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { codeCall, codeResult } from './code-parts.ts';
import { mediaKindOf } from './media-kind.ts';

/** A part of an answer that comes whole. */
export interface WholePart {
  header: PartHeader;
  /** Arguments of a hosted tool, or base64. */
  delta?: { type: 'arguments' | 'bytes'; text: string };
  final?: Part;
}

/**
 * Reads everything that is neither text nor a call of the client's tools: media, code that Google ran, and what nobody
 * knows yet.
 *
 * @param makeId an id for code that came without one
 * @param lastCode the id of the code that a result without an id belongs to
 * @returns undefined where the part holds nothing
 */
export function readWholePart(
  part: JsonObject,
  makeId: () => string,
  lastCode: string,
): WholePart | undefined {
  const inline = asObject(part['inlineData']);
  if (inline !== undefined) return readInline(inline);
  const file = asObject(part['fileData']);
  if (file !== undefined) return readFile(part, file);
  const code = asObject(part['executableCode']);
  if (code !== undefined) return readCode(part, code, makeId);
  const result = asObject(part['codeExecutionResult']);
  if (result !== undefined) return readCodeResult(part, result, lastCode);
  const itemType = Object.keys(part).find((key) => !attributes.has(key));
  return itemType === undefined
    ? undefined
    : { header: { kind: 'provider-item', family: 'gemini', itemType, raw: part } };
}

/** Members of a part that say something about it, and are not it. */
const attributes: ReadonlySet<string> = new Set([
  'thought',
  'thoughtSignature',
  'videoMetadata',
  'mediaResolution',
  'partMetadata',
]);

/** What must come back with a part. */
export function signatureOf(part: JsonObject): OpaqueState[] {
  const value = asText(part['thoughtSignature']);
  return value === undefined ? [] : [{ family: 'gemini', kind: 'thought-signature', value }];
}

function readInline(inline: JsonObject): WholePart {
  const mime = asText(inline['mimeType']);
  return {
    header: { kind: 'media', media: mediaKindOf(mime), ...(mime !== undefined && { mime }) },
    delta: { type: 'bytes', text: asText(inline['data']) ?? '' },
  };
}

function readFile(part: JsonObject, file: JsonObject): WholePart {
  const mime = asText(file['mimeType']);
  const header = {
    kind: 'media' as const,
    media: mediaKindOf(mime),
    ...(mime !== undefined && { mime }),
  };
  const source = { url: asText(file['fileUri']) ?? '' };
  return { header, final: { ...header, source, origin: { family: 'gemini', raw: part } } };
}

function readCode(part: JsonObject, code: JsonObject, makeId: () => string): WholePart {
  const call = codeCall(part, code, asText(code['id']) ?? makeId());
  const { callId, name, tool, hosted, argumentsJson: text = '' } = call;
  return {
    header: { kind: 'tool-call', callId, name, tool, ...(hosted && { hosted }) },
    delta: { type: 'arguments', text },
    final: call,
  };
}

function readCodeResult(part: JsonObject, result: JsonObject, lastCode: string): WholePart {
  const callId = asText(result['id']) ?? lastCode;
  return {
    header: { kind: 'tool-result', callId, raw: part },
    final: { ...codeResult(result, callId), origin: { family: 'gemini', raw: part } },
  };
}

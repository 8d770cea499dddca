import type { Part, Turn } from '@turnpike/core';
import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';
import { refuse } from '../openai-chat/refuse.ts';
import { makeCallId } from './call-id.ts';
import { freeCapsules } from './capsules.ts';
import { decodeRequestPart } from './decode-part.ts';
import { objectMember, textMember } from './member.ts';

/**
 * The turns of a conversation. Calls without an id get one that depends on nothing but their place, and results without
 * one belong to the earliest call of their name that has none yet.
 *
 * @throws `invalid_request` with `param`
 */
export function decodeContents(contents: unknown): Turn[] {
  const open: OpenCalls = new Map();
  return asArray(contents).map((value, index) => {
    const content = asObject(value);
    if (content === undefined)
      throw refuse(`contents[${index}]`, 'must be an object', '必须是对象');
    return decodeContent(content, index, open);
  });
}

/** Ids of calls without a result yet, by the tool's name. */
type OpenCalls = Map<string, string[]>;

function decodeContent(content: JsonObject, index: number, open: OpenCalls): Turn {
  const role = content['role'] === 'model' ? 'assistant' : 'user';
  const parts = partsOf(content['parts'], `contents[${index}]`).flatMap((part, at) => {
    const facts = { callId: idFor(part, index, at, open) };
    return decodeRequestPart(part, facts, `contents[${index}].parts[${at}]`);
  });
  const freed = freeCapsules(parts);
  const isResults = parts.length > 0 && parts.every(({ kind }) => kind === 'tool-result');
  return {
    role: role === 'user' && isResults ? 'tool' : role,
    parts: freed ?? parts,
    ...(freed === undefined && { origin: { family: 'gemini', raw: content } }),
  };
}

/** The parts of something that is no turn: instructions. */
export function decodeParts(value: unknown, at: string): Part[] {
  return partsOf(value, at).flatMap((part, index) =>
    decodeRequestPart(part, { callId: '' }, `${at}.parts[${index}]`),
  );
}

function partsOf(value: unknown, at: string): JsonObject[] {
  if (value === undefined || value === null) return [];
  // One part by itself is taken by Google too.
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  return list.map((part, index) => {
    const object = typeof part === 'string' ? { text: part } : asObject(part);
    if (object === undefined)
      throw refuse(`${at}.parts[${index}]`, 'must be an object', '必须是对象');
    return object;
  });
}

function idFor(part: JsonObject, turn: number, at: number, open: OpenCalls): string {
  const call = objectMember(part, 'functionCall');
  if (call !== undefined) {
    const name = textMember(call, 'name') ?? '';
    const id = textMember(call, 'id') ?? makeCallId('history', turn, at, name);
    open.set(name, [...(open.get(name) ?? []), id]);
    return id;
  }
  const result = objectMember(part, 'functionResponse');
  if (result === undefined) return '';
  const name = textMember(result, 'name') ?? '';
  const waiting = open.get(name) ?? [];
  const id = textMember(result, 'id') ?? waiting[0] ?? makeCallId('orphan', turn, at, name);
  open.set(
    name,
    waiting.filter((one) => one !== id),
  );
  return id;
}

import type { CanonicalRequest, JsonRecord, Part, Turn } from '@turnpike/core';
import { arrangeTurns } from '../../translate/arrange-turns.ts';
import { encodeAssistantParts } from './encode-assistant.ts';
import type { EncodeContext } from './encode-context.ts';
import { encodeMedia, noteRemoteMedia } from './encode-media.ts';
import { encodeToolResult } from './encode-tool-result.ts';

interface Content {
  role: 'user' | 'model';
  parts: JsonRecord[];
}

export interface EncodedContents {
  systemInstruction?: JsonRecord;
  contents: readonly JsonRecord[];
}

/** What stands where a turn has nothing to say: Google refuses an empty one. */
const blank: JsonRecord = { text: ' ' };

/** The conversation as Google takes it: user and model by turns, results behind their calls, instructions apart. */
export function encodeContents(request: CanonicalRequest, context: EncodeContext): EncodedContents {
  const instructions = encodeInstructions(request, context);
  const contents = encodeTurns(request, context);
  const first = contents[0];
  if (first === undefined) {
    // Google wants something to answer.
    const parts = instructions.length > 0 ? instructions : [blank];
    return { contents: [{ role: 'user', parts }] };
  }
  if (first.role === 'model') contents.unshift({ role: 'user', parts: [blank] });
  if (instructions.length === 0) return { contents: contents.map(toJson) };
  if (context.facts.hasSystem)
    return { systemInstruction: { parts: instructions }, contents: contents.map(toJson) };
  context.losses.add('info', 'approximated', 'instructions', 'this model has no instructions');
  const text = instructions.map((part) => `${String(part['text'])}\n\n`).join('');
  contents[0]?.parts.unshift({ text });
  return { contents: contents.map(toJson) };
}

function encodeInstructions(
  { instructions }: CanonicalRequest,
  { target, losses }: EncodeContext,
): JsonRecord[] {
  const { systemPrompt } = target;
  if (systemPrompt !== undefined && systemPrompt !== '') return [{ text: systemPrompt }];
  return instructions.flatMap((part, index) => {
    noteCache(part, `instructions[${index}]`, losses);
    if (part.kind !== 'text') {
      losses.add('warn', 'dropped', `instructions[${index}]`, 'instructions are text only');
      return [];
    }
    return part.text === '' ? [] : [{ text: part.text }];
  });
}

function encodeTurns(request: CanonicalRequest, context: EncodeContext): Content[] {
  const { turns, losses } = arrangeTurns(request.turns);
  context.losses.losses.push(...losses);
  const contents: Content[] = [];
  for (const [index, turn] of turns.entries()) {
    const content = encodeTurn(turn, `turns[${index}]`, context);
    if (content === undefined) continue;
    const before = contents.at(-1);
    if (before?.role === content.role) before.parts.push(...content.parts);
    else contents.push(content);
  }
  return contents;
}

function encodeTurn(turn: Turn, at: string, context: EncodeContext): Content | undefined {
  if (turn.name !== undefined)
    context.losses.add('info', 'dropped', `${at}.name`, 'turns have no names');
  for (const [index, part] of turn.parts.entries())
    noteCache(part, `${at}.parts[${index}]`, context.losses);
  if (turn.role === 'assistant') {
    const parts = encodeAssistantParts(turn, at, context);
    return parts.length === 0 ? undefined : { role: 'model', parts };
  }
  const parts = turn.parts.flatMap((part, index) =>
    encodeUserPart(part, `${at}.parts[${index}]`, context),
  );
  if (parts.length === 0) return undefined;
  return { role: 'user', parts: isInstruction(turn) ? wrap(parts, at, context) : parts };
}

function isInstruction({ role }: Turn): boolean {
  return role === 'system' || role === 'developer';
}

/** Instructions in the middle of a conversation have no place of their own. */
function wrap(parts: readonly JsonRecord[], at: string, { losses }: EncodeContext): JsonRecord[] {
  losses.add('warn', 'approximated', at, 'instructions inside the conversation become user text');
  const text = parts.map((part) => String(part['text'] ?? '')).join('\n');
  return [{ text: `<system-reminder>\n${text}\n</system-reminder>` }];
}

function encodeUserPart(part: Part, at: string, context: EncodeContext): JsonRecord[] {
  if (part.origin?.family === 'gemini' && part.kind !== 'tool-result') {
    noteRemoteMedia(part, at, context);
    return [part.origin.raw];
  }
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ text: part.text }];
    case 'media': {
      const encoded = encodeMedia(part, at, context);
      return encoded === undefined ? [] : [encoded];
    }
    case 'tool-result':
      return encodeToolResult(part, at, context);
    case 'reasoning':
    case 'tool-call':
      context.losses.add('warn', 'dropped', at, `a ${part.kind} in a turn of the user`);
      return [];
    case 'provider-item':
      if (part.family === 'gemini') return [part.raw as JsonRecord];
      context.losses.add('warn', 'dropped', at, `an item of another protocol (${part.family})`);
      return [];
  }
}

function noteCache(part: Part, at: string, losses: EncodeContext['losses']): void {
  if (part.cache !== undefined)
    losses.add('warn', 'dropped', `${at}.cache`, 'cache marks have no place: caching is implicit');
}

function toJson({ role, parts }: Content): JsonRecord {
  return { role, parts };
}

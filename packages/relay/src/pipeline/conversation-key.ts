import { createHash } from 'node:crypto';
import type { JsonProbe } from '@turnpike/adaptors';
import { conversationIdOf } from '../responses/conversation-holder.ts';
import type { InboundRequest } from './inbound-request.ts';

/** What tells a conversation from others. */
export interface ConversationKey {
  text: string;
  /** It has turns before this one: somebody may know it already. */
  isKnown: boolean;
}

/** Headers by which clients name their session. */
const sessionHeaders = ['x-session-id', 'session_id', 'conversation_id'] as const;

/**
 * The key of a conversation: what the client calls it, else a hash of its first words. Asked for only where several
 * channels could serve, because it reads into the body.
 */
export function conversationKeyOf(
  userId: number,
  inbound: InboundRequest,
): ConversationKey | undefined {
  const { facts, headers, body } = inbound;
  if (inbound.family === undefined || body.kind !== 'json') return undefined;
  const prefix = `${String(userId)}:${facts.model}:`;
  const session = sessionHeaders.map((name) => headers[name]).find(isText);
  const named = conversationIdOf(inbound) ?? facts.affinityKey ?? session;
  if (named !== undefined) return { text: prefix + named.slice(0, 512), isKnown: true };
  const first = readFirstWords(body.probe);
  if (first === undefined) return undefined;
  const hash = createHash('sha1').update(first.bytes).digest('base64url');
  return { text: prefix + hash, isKnown: first.isFollowed };
}

function isText(value: string | string[] | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

/** From the start of the list of turns to the end of the first one of the user. */
function readFirstWords(probe: JsonProbe): { bytes: Buffer; isFollowed: boolean } | undefined {
  const turns = ['messages', 'input', 'contents'].map((key) => probe.last(key)).find(Boolean);
  if (turns === undefined) return undefined;
  const bytes = probe.body.subarray(turns.valueStart, turns.valueEnd);
  if (turns.kind !== 'array') return { bytes, isFollowed: false };
  for (let start = bytes.indexOf('{'); start !== -1;) {
    const end = endOfObject(bytes, start);
    const next = bytes.indexOf('{', end);
    const turn = bytes.subarray(start, end);
    if (!isInstruction(turn)) return { bytes: bytes.subarray(0, end), isFollowed: next !== -1 };
    start = next;
  }
  return undefined;
}

function isInstruction(turn: Buffer): boolean {
  return /"role"\s*:\s*"(?:system|developer)"/.test(turn.toString('latin1', 0, 64));
}

/** The list is known to be valid JSON. */
function endOfObject(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === 0x22) at = endOfString(bytes, at);
    else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) return at + 1;
  }
  return bytes.length;
}

function endOfString(bytes: Buffer, quote: number): number {
  for (let at = bytes.indexOf(0x22, quote + 1); at !== -1; at = bytes.indexOf(0x22, at + 1)) {
    let back = at - 1;
    while (bytes[back] === 0x5c) back -= 1;
    if (((at - back) & 1) === 1) return at;
  }
  return bytes.length;
}

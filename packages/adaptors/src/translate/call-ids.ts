import { shortHash } from './short-hash.ts';

/** What ids of tool calls an upstream takes. */
export interface CallIdRule {
  /** Characters that are legal, as the inside of a character class. */
  characters: string;
  maxLength: number;
  /** Every id has this length; others are replaced whole. */
  exactLength?: number;
}

/** Ids by family. Gemini takes anything, and OpenAI's own doors up to 64 characters. */
export const callIdRules = {
  'openai-chat': { characters: 'A-Za-z0-9_.:|-', maxLength: 64 },
  'openai-responses': { characters: 'A-Za-z0-9_.:|-', maxLength: 64 },
  anthropic: { characters: 'A-Za-z0-9_-', maxLength: 64 },
} as const satisfies Readonly<Record<string, CallIdRule>>;

const hashLength = 8;

/**
 * The id as an upstream takes it: unchanged where it is legal, else with what is illegal replaced and a hash of the
 * whole behind it. It depends on the id alone, so that calls and results of later turns meet again without any memory.
 */
export function aliasCallId(id: string, rule: CallIdRule): string {
  const { characters, maxLength, exactLength } = rule;
  const legal = new RegExp(`^[${characters}]+$`);
  if (exactLength !== undefined) {
    return id.length === exactLength && legal.test(id) ? id : shortHash(id, exactLength);
  }
  if (id.length <= maxLength && legal.test(id)) return id;
  const readable = id
    .replace(new RegExp(`[^${characters}]`, 'gu'), '_')
    .slice(0, maxLength - hashLength - 1);
  return `${readable === '' ? 'call' : readable}_${shortHash(id, hashLength)}`;
}

/** An id for a call that came without one: by its place in the conversation, so that the next turn gives the same. */
export function placeholderCallId(name: string, ordinal: number): string {
  return `call_${shortHash(name, 8)}_${ordinal}`;
}

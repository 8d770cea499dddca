import type { CanonicalRequest, Family } from '@turnpike/core';
import { shortHash } from './short-hash.ts';

/** What names of tools an upstream takes. */
export interface ToolNameRule {
  /** Characters that are legal, as the inside of a character class. */
  characters: string;
  maxLength: number;
  /** What a name must begin with, as the inside of a character class; any legal character where left out. */
  first?: string;
}

export const toolNameRules: Readonly<Record<Family, ToolNameRule>> = {
  'openai-chat': { characters: 'A-Za-z0-9_-', maxLength: 64 },
  'openai-responses': { characters: 'A-Za-z0-9_-', maxLength: 64 },
  anthropic: { characters: 'A-Za-z0-9_-', maxLength: 128 },
  gemini: { characters: 'A-Za-z0-9_.:-', maxLength: 64, first: 'A-Za-z_' },
};

const hashLength = 8;

/** The name as an upstream takes it; depends on nothing but the name, so that every turn of a conversation agrees. */
export function aliasToolName(name: string, rule: ToolNameRule): string {
  const { characters, maxLength, first } = rule;
  const startsWell = first === undefined || new RegExp(`^[${first}]`).test(name);
  if (startsWell && name.length <= maxLength && new RegExp(`^[${characters}]+$`).test(name)) {
    return name;
  }
  const readable = name.replace(new RegExp(`[^${characters}]`, 'gu'), '_');
  const start = startsWell ? readable : `_${readable}`;
  return `${start.slice(0, maxLength - hashLength - 1)}_${shortHash(name, hashLength)}`;
}

/** The names that had to be changed for an upstream: its name → the client's. Empty as a rule. */
export function listToolAliases(
  request: Pick<CanonicalRequest, 'tools'>,
  rule: ToolNameRule,
): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  for (const { name } of request.tools) {
    if (name === undefined) continue;
    const alias = aliasToolName(name, rule);
    if (alias !== name) aliases.set(alias, name);
  }
  return aliases;
}

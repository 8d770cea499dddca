/**
 * Stands in blocks that were made here out of another vendor's answer, where only Anthropic could sign: it would refuse
 * them in the next turn, so they are told by this and left out there. It cannot stand in base64, and begins with a rare
 * letter, because bodies are searched for it.
 */
export const madeHereMark = 'Xgw1_';

const callPrefix = `toolu_${madeHereMark}`;

/** An id in the form of Anthropic's own for a call that another vendor ran; one that has it already, as it is. */
export function toHostedCallId(callId: string, kind: 'srv' | 'mcp'): string {
  if (isMadeHere(callId)) return callId;
  return `${kind}${callPrefix}${callId.replaceAll(/[^A-Za-z0-9_]/g, '_')}`;
}

export function isMadeHere(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  return text === madeHereMark || text.startsWith(callPrefix, 'srv'.length);
}

import type { Loss, Part, ToolCallPart, ToolResultPart, Turn } from '@turnpike/core';
import { LossList } from './loss-list.ts';

export interface ArrangedTurns {
  turns: readonly Turn[];
  losses: readonly Loss[];
}

/** What a call without a result is answered with, so that the conversation can go on. */
const missingResult = 'No result was recorded for this call.';

/**
 * Brings calls and results into the order that every upstream takes: behind each assistant turn that called tools, one
 * `tool` turn with all its results in the order of the calls. What else came with the results follows in its own turn. Calls
 * without a result get one that says so, and results without a call become text of the user.
 */
export function arrangeTurns(turns: readonly Turn[]): ArrangedTurns {
  const list = new LossList();
  const merged = mergeAssistants(turns);
  const arranged: Turn[] = [];
  for (let index = 0; index < merged.length; index++) {
    const turn = merged[index];
    if (turn === undefined) continue;
    if (turn.role !== 'assistant') {
      // Only what no assistant turn before has claimed gets here.
      arranged.push(...keepRest(turn, new Set(), list, index));
      continue;
    }
    arranged.push(turn);
    const calls = clientCalls(turn);
    if (calls.length === 0) continue;
    const end = nextAssistant(merged, index + 1);
    const following = merged.slice(index + 1, end);
    if (following.length === 0 && end === merged.length) break; // The calls are what is asked about.
    const claimed = claimResults(calls, following, list, index);
    arranged.push({ role: 'tool', parts: claimed.results });
    following.forEach((other, offset) => {
      arranged.push(...keepRest(other, claimed.taken, list, index + 1 + offset));
    });
    index = end - 1;
  }
  return { turns: arranged, losses: list.losses };
}

/** Clients that know one call a message split an answer into several turns; results follow the last of them. */
function mergeAssistants(turns: readonly Turn[]): readonly Turn[] {
  const merged: Turn[] = [];
  for (const turn of turns) {
    const before = merged.at(-1);
    if (
      turn.role === 'assistant' &&
      before?.role === 'assistant' &&
      clientCalls(before).length > 0
    ) {
      merged[merged.length - 1] = { role: 'assistant', parts: [...before.parts, ...turn.parts] };
    } else {
      merged.push(turn);
    }
  }
  return merged;
}

function clientCalls(turn: Turn): readonly ToolCallPart[] {
  return turn.parts.filter(
    (part): part is ToolCallPart => part.kind === 'tool-call' && part.tool !== 'hosted',
  );
}

function nextAssistant(turns: readonly Turn[], from: number): number {
  const found = turns.findIndex((turn, index) => index >= from && turn.role === 'assistant');
  return found < 0 ? turns.length : found;
}

function claimResults(
  calls: readonly ToolCallPart[],
  following: readonly Turn[],
  list: LossList,
  index: number,
): { results: readonly ToolResultPart[]; taken: ReadonlySet<Part> } {
  const candidates = following.flatMap(({ parts }) => parts.filter(isResult));
  const taken = new Set<Part>();
  const results = calls.map((call) => {
    const found = candidates.find((part) => part.callId === call.callId && !taken.has(part));
    if (found === undefined) {
      list.add('warn', 'repaired', `turns[${index}]`, 'a tool call has no result');
      return missingResultOf(call);
    }
    taken.add(found);
    return found.name === undefined ? { ...found, name: call.name } : found;
  });
  return { results, taken };
}

function missingResultOf({ callId, name, tool }: ToolCallPart): ToolResultPart {
  return {
    kind: 'tool-result',
    callId,
    name,
    tool,
    isError: true,
    content: [{ kind: 'text', text: missingResult }],
  };
}

/** The turn without the results that were placed already; nothing where nothing is left. */
function keepRest(turn: Turn, taken: ReadonlySet<Part>, list: LossList, index: number): Turn[] {
  if (!turn.parts.some(isResult)) return [turn];
  const parts = turn.parts.flatMap((part): readonly Part[] => {
    if (!isResult(part)) return [part];
    if (taken.has(part)) return [];
    list.add('warn', 'repaired', `turns[${index}]`, 'a tool result answers no call');
    return toUserText(part);
  });
  return parts.length === 0 ? [] : [{ role: 'user', parts }];
}

function isResult(part: Part): part is ToolResultPart {
  return part.kind === 'tool-result' && part.tool !== 'hosted';
}

function toUserText({ name, content }: ToolResultPart): readonly Part[] {
  const label = name === undefined ? '[tool result]' : `[tool result ${name}]`;
  return [{ kind: 'text', text: label }, ...content];
}

import {
  editMembers,
  minThinkingBudget,
  probeJson,
  tryProbeJson,
  type JsonProbe,
} from '@turnpike/adaptors';
import type { Loss } from '@turnpike/core';
import { EditList } from './parameter-edits.ts';

/** A body of Messages whose thoughts fit into its limit, and what that took away from the client. */
export interface FittedThinking {
  body: Buffer;
  loss: Loss | undefined;
}

/**
 * Makes room for the answer where a limit came to lie below the budget that the client gave for thoughts: Anthropic
 * refuses that. Left alone is whoever thought beyond the limit before: interleaved thinking may.
 *
 * @param declared the client's own limit, in tokens
 */
export function fitThinking(body: Buffer, declared: number | undefined): FittedThinking {
  const probe = probeJson(body);
  const limit = probe.scalar(probe.last('max_tokens'));
  const budget = readBudget(probe);
  const fits = budget === undefined || typeof limit !== 'number' || budget < limit;
  if (fits || declared === undefined || declared <= budget) return { body, loss: undefined };
  const list = new EditList();
  const lowered = limit - 1;
  const hasRoom = lowered >= minThinkingBudget;
  if (hasRoom) list.add('sets', 'thinking.budget_tokens', String(lowered));
  else list.delete('thinking');
  return {
    body: editMembers(body, list.build()).body,
    loss: {
      at: hasRoom ? 'thinking.budget_tokens' : 'thinking',
      what: hasRoom ? 'approximated' : 'dropped',
      severity: 'warn',
      note: 'the limit of the answer is lower than the client asked',
    },
  };
}

function readBudget(probe: JsonProbe): number | undefined {
  const member = probe.last('thinking');
  const thinking =
    member?.kind === 'object' ? tryProbeJson(Buffer.from(probe.text(member))) : undefined;
  const budget = thinking?.scalar(thinking.last('budget_tokens'));
  const type = thinking?.scalar(thinking.last('type'));
  return type === 'enabled' && typeof budget === 'number' ? budget : undefined;
}

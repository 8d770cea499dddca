import type { CanonicalRequest } from '@turnpike/core';
import type { ChatTraits } from '../../codec.ts';
import type { LossList } from '../../translate/loss-list.ts';
import { effortOf, type ReasoningEffort } from '../../translate/reasoning-effort.ts';
import { defined } from '../../wire/defined.ts';
import type { JsonObject } from '../../wire/json-object.ts';

const order: readonly ReasoningEffort[] = [
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
];

/** Members that ask for thoughts, by the switch that the upstream has. */
export function encodeReasoningSettings(
  { reasoning }: Pick<CanonicalRequest, 'reasoning'>,
  traits: ChatTraits,
  losses: LossList,
): JsonObject {
  const effort = effortOf(reasoning);
  if (effort === undefined || reasoning === undefined) return {};
  const isOff = effort === 'none';
  const { budgetTokens } = reasoning;
  switch (traits.reasoningSwitch) {
    case 'effort':
      return { reasoning_effort: nearestEffort(effort, traits.efforts ?? order) };
    case 'thinking':
      return { thinking: { type: isOff ? 'disabled' : 'enabled' } };
    case 'enable-thinking':
      return defined({
        enable_thinking: !isOff,
        thinking_budget: isOff ? undefined : budgetTokens,
      });
    case 'reasoning':
      return {
        reasoning:
          budgetTokens === undefined
            ? isOff
              ? { enabled: false }
              : { effort: nearestEffort(effort, ['minimal', 'low', 'medium', 'high', 'xhigh']) }
            : { max_tokens: budgetTokens },
      };
    default:
      if (!isOff) losses.add('warn', 'dropped', 'reasoning', 'this model cannot be told to think');
      return {};
  }
}

function nearestEffort(
  effort: ReasoningEffort,
  known: readonly ReasoningEffort[],
): ReasoningEffort {
  const wanted = order.indexOf(effort);
  const distance = (other: ReasoningEffort): number => Math.abs(order.indexOf(other) - wanted);
  return known.reduce(
    (best, other) => (distance(other) < distance(best) ? other : best),
    known[0] ?? effort,
  );
}

import type { CanonicalRequest } from '@turnpike/core';
import type { LossList } from '../../translate/loss-list.ts';
import {
  budgetOfEffort,
  effortOf,
  minThinkingBudget,
  type ReasoningEffort,
} from '../../translate/reasoning-effort.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import type { ModelCapabilities } from './model-capabilities.ts';

export interface Thinking {
  thinking?: JsonObject;
  effort?: string;
  maxTokens: number;
  isOn: boolean;
}

export interface ThinkingInput {
  request: CanonicalRequest;
  capabilities: ModelCapabilities;
  losses: LossList;
  /** Without thoughts. */
  maxTokens: number;
  /** Most output tokens that the budget pays for. */
  outputClamp: number;
  /** Calls of the answer that is being continued lost the thoughts that led to them. */
  lacksThoughts: boolean;
}

/** How thoughts are asked for, and the limit that leaves room for them. */
export function encodeThinking(input: ThinkingInput): Thinking {
  const { request, capabilities, losses, maxTokens } = input;
  const effort = effortOf(request.reasoning);
  if (effort === undefined) return { maxTokens, isOn: false };
  if (effort === 'none') {
    // Models with budgets think only when they are told to.
    const thinking = capabilities.isAdaptive ? { thinking: { type: 'disabled' } } : {};
    return { ...thinking, maxTokens, isOn: false };
  }
  if (capabilities.isAdaptive) {
    const display = request.reasoning?.includesText === false ? 'omitted' : 'summarized';
    const thinking = { type: 'adaptive', display };
    return { thinking, effort: toEffort(effort, capabilities), maxTokens, isOn: true };
  }
  if (!capabilities.hasBudget) {
    losses.add('warn', 'dropped', 'reasoning', 'this model does not think');
    return { maxTokens, isOn: false };
  }
  return encodeBudget(input, effort);
}

function encodeBudget(input: ThinkingInput, effort: ReasoningEffort): Thinking {
  const { request, capabilities, losses, maxTokens, outputClamp } = input;
  const off = { maxTokens, isOn: false };
  if (input.lacksThoughts) {
    losses.add(
      'warn',
      'approximated',
      'reasoning',
      'switched off: earlier thoughts are not known here',
    );
    return off;
  }
  const { budgetTokens } = request.reasoning ?? {};
  const wanted = Math.max(
    minThinkingBudget,
    budgetTokens ?? budgetOfEffort(effort, capabilities.maxOutputTokens),
  );
  // A budget that the client gave is part of its limit; an effort needs room of its own.
  const isInside = budgetTokens !== undefined && wanted < maxTokens;
  const most = Math.min(
    capabilities.isClaude ? capabilities.maxOutputTokens : Infinity,
    outputClamp,
  );
  const limit = Math.min(isInside ? maxTokens : maxTokens + wanted, most);
  const budget = Math.min(wanted, limit - 1);
  if (budget < minThinkingBudget) {
    losses.add('warn', 'dropped', 'reasoning', 'the limit leaves no room to think');
    return off;
  }
  return { thinking: { type: 'enabled', budget_tokens: budget }, maxTokens: limit, isOn: true };
}

function toEffort(effort: ReasoningEffort, { hasXhigh }: ModelCapabilities): string {
  if (effort === 'minimal') return 'low';
  return effort === 'xhigh' && !hasXhigh ? 'max' : effort;
}

import type { ReasoningSettings } from '@turnpike/core';

export type ReasoningEffort = NonNullable<ReasoningSettings['effort']>;

/** Share of a model's largest output that each effort may think, for models that want a budget. */
const shareOfOutput: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  minimal: 0.02,
  low: 0.1,
  medium: 0.3,
  high: 0.6,
  xhigh: 0.9,
  max: 0.95,
};

/** Least tokens of thought that Anthropic takes. */
export const minThinkingBudget = 1024;

/** Tokens of thought for an effort. */
export function budgetOfEffort(effort: ReasoningEffort, maxOutputTokens: number): number {
  return Math.max(minThinkingBudget, Math.floor(shareOfOutput[effort] * maxOutputTokens));
}

/** The effort that a budget of thought stands for. */
export function effortOfBudget(budgetTokens: number): ReasoningEffort {
  if (budgetTokens <= 0) return 'none';
  if (budgetTokens < 2048) return 'low';
  return budgetTokens < 8192 ? 'medium' : 'high';
}

/** The effort that settings ask for, however they say it; undefined where they leave it to the model. */
export function effortOf(settings: ReasoningSettings | undefined): ReasoningEffort | undefined {
  if (settings === undefined) return undefined;
  if (settings.effort !== undefined) return settings.effort;
  if (settings.budgetTokens !== undefined) return effortOfBudget(settings.budgetTokens);
  return settings.isAdaptive === true ? 'medium' : undefined;
}

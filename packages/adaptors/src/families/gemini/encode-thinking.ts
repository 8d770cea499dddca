import type { JsonRecord, ReasoningSettings } from '@turnpike/core';
import { effortOf, type ReasoningEffort } from '../../translate/reasoning-effort.ts';
import type { EncodeContext } from './encode-context.ts';
import type { ModelFacts } from './model-facts.ts';

/** Tokens that each effort may think, as Google's own compatible door has it. */
const budgets: Readonly<Record<Exclude<ReasoningEffort, 'none' | 'max'>, number>> = {
  minimal: 512,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 24_576,
};

/** How much a model may think: a level from Gemini 3 on, a budget before. Undefined where nothing is said or possible. */
export function encodeThinking(
  settings: ReasoningSettings | undefined,
  maxOutputTokens: number | undefined,
  context: EncodeContext,
): JsonRecord | undefined {
  if (settings === undefined) return undefined;
  const { facts, losses } = context;
  const effort = effortOf(settings);
  if (facts.generation === 'old') {
    if (effort !== undefined && effort !== 'none')
      losses.add('warn', 'dropped', 'reasoning', 'this model does not think');
    return undefined;
  }
  const includeThoughts = settings.includesText ?? effort !== 'none';
  const thoughts = includeThoughts ? { includeThoughts } : {};
  if (facts.generation === '3') {
    const thinkingLevel = effort === undefined ? undefined : levelOf(effort, facts, context);
    const thinking = { ...(thinkingLevel !== undefined && { thinkingLevel }), ...thoughts };
    return Object.keys(thinking).length === 0 ? undefined : thinking;
  }
  const thinkingBudget = budgetOf(settings, effort, facts);
  if (thinkingBudget === undefined) return includeThoughts ? thoughts : undefined;
  return { thinkingBudget: fit(thinkingBudget, maxOutputTokens, context), ...thoughts };
}

function levelOf(
  effort: ReasoningEffort,
  facts: ModelFacts,
  { losses }: EncodeContext,
): 'minimal' | 'low' | 'medium' | 'high' {
  switch (effort) {
    case 'none':
      losses.add('warn', 'approximated', 'reasoning.effort', 'this model cannot stop thinking');
      return facts.hasMinimalLevel ? 'minimal' : 'low';
    case 'minimal':
      return facts.hasMinimalLevel ? 'minimal' : 'low';
    case 'low':
    case 'medium':
    case 'high':
      return effort;
    case 'xhigh':
    case 'max':
      return 'high';
  }
}

function budgetOf(
  settings: ReasoningSettings,
  effort: ReasoningEffort | undefined,
  facts: ModelFacts,
): number | undefined {
  const { least, most } = boundsOf(facts);
  if (settings.effort === undefined && settings.budgetTokens === undefined)
    return settings.isAdaptive === true ? -1 : undefined;
  const wanted = settings.budgetTokens ?? budgetOfEffort(effort, most);
  if (wanted <= 0) return facts.isPro ? least : 0;
  return Math.min(Math.max(wanted, least), most);
}

function budgetOfEffort(effort: ReasoningEffort | undefined, most: number): number {
  if (effort === undefined || effort === 'none') return 0;
  return effort === 'max' ? most : budgets[effort];
}

/** @see https://ai.google.dev/gemini-api/docs/thinking#set-budget */
function boundsOf({ isPro, isFlashLite }: ModelFacts): { least: number; most: number } {
  if (isPro) return { least: 128, most: 32_768 };
  return { least: isFlashLite ? 512 : 0, most: 24_576 };
}

/** Thoughts count as output: without room for words there would be no answer. */
function fit(budget: number, maxOutputTokens: number | undefined, context: EncodeContext): number {
  if (maxOutputTokens === undefined || budget < maxOutputTokens) return budget;
  const { least } = boundsOf(context.facts);
  context.losses.add(
    'info',
    'approximated',
    'reasoning',
    'fewer thoughts, to leave room to answer',
  );
  return Math.max(least, Math.floor(maxOutputTokens / 2));
}

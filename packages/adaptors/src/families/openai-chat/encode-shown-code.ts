import type { Part } from '@turnpike/core';
import type { LossList } from '../../translate/loss-list.ts';

/**
 * Code that the upstream ran within its answer, and what it printed, as a fenced block: a message has no other place.
 *
 * @param isFirst nothing was said before
 * @returns empty for what clients of the upstream's own vendor are not shown either; that is counted
 */
export function encodeShownCode(part: Part, isFirst: boolean, losses: LossList): string {
  const shown = readShown(part);
  if (shown === undefined) {
    losses.add('info', 'dropped', `answer.${part.kind}`, 'a step that the upstream ran itself');
    return '';
  }
  losses.add('info', 'approximated', `answer.${part.kind}`, 'code that was run is text here');
  const { language, text } = shown;
  const fence = fenceFor(text);
  const end = text.endsWith('\n') ? '' : '\n';
  return `${isFirst ? '' : '\n'}${fence}${language}\n${text}${end}${fence}\n`;
}

function readShown(part: Part): { language: string; text: string } | undefined {
  if (part.kind === 'tool-call') {
    const { step } = part;
    if (step?.kind !== 'code' || step.isShown !== true) return undefined;
    return { language: step.language ?? '', text: step.code };
  }
  if (part.kind !== 'tool-result') return undefined;
  const { outcome } = part;
  if (outcome?.kind !== 'output' || outcome.isShown !== true) return undefined;
  return { language: '', text: outcome.text };
}

/** Longer than any within. */
function fenceFor(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length));
  return '`'.repeat(longest + 1);
}

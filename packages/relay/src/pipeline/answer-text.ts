import type { CanonicalResponse, Part } from '@turnpike/core';

/** All that an answer generated, reasoning and tool arguments included, for a local count. */
export function answerText({ candidates }: CanonicalResponse): string {
  return candidates.flatMap(({ parts }) => parts.map(textOf)).join('');
}

function textOf(part: Part): string {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text;
    case 'reasoning':
      return part.text ?? (part.summary ?? []).join('');
    case 'tool-call':
      return part.name + (part.argumentsJson ?? part.input ?? '');
    case 'media':
    case 'tool-result':
    case 'provider-item':
      return '';
  }
}

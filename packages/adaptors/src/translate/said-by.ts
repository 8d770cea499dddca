import type { Part } from '@turnpike/core';

/** What a part says in the pieces of a stream. */
export function saidBy(part: Part): string {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text;
    case 'reasoning':
      return part.text ?? (part.summary ?? []).join('\n\n');
    case 'tool-call':
      return part.argumentsJson ?? part.input ?? '';
    case 'media':
      return part.source.base64 ?? '';
    case 'tool-result':
    case 'provider-item':
      return '';
  }
}

import type { Part, PartHeader } from '@turnpike/core';

/** What is known of a part when it is opened. */
export function headerOf(part: Part): PartHeader {
  const id = part.id === undefined ? {} : { id: part.id };
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return { kind: part.kind, ...id };
    case 'reasoning':
      return { kind: 'reasoning', form: part.text === undefined ? 'summary' : 'text', ...id };
    case 'tool-call': {
      const { callId, name, tool, hosted } = part;
      return { kind: 'tool-call', callId, name, tool, ...(hosted && { hosted }), ...id };
    }
    case 'tool-result':
      return {
        kind: 'tool-result',
        callId: part.callId,
        ...(part.origin !== undefined && { raw: part.origin.raw }),
      };
    case 'media':
      return { kind: 'media', media: part.media, ...(part.mime && { mime: part.mime }) };
    case 'provider-item': {
      const { family, itemType, raw } = part;
      return { kind: 'provider-item', family, itemType, raw };
    }
  }
}

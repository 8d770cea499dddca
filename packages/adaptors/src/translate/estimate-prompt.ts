import type { CanonicalRequest, Part } from '@turnpike/core';

/** A token of text is some four characters. */
const charactersPerToken = 4;
/** What a picture or document costs, whatever its size. */
const mediaTokens = 1000;

/** A rough count of a request's tokens, for clients that want a figure before the upstream has given one. */
export function estimatePrompt({ instructions, turns, tools }: CanonicalRequest): number {
  let characters = 0;
  let media = 0;
  const count = (parts: readonly Part[]): void => {
    for (const part of parts) {
      switch (part.kind) {
        case 'text':
        case 'refusal':
          characters += part.text.length;
          break;
        case 'tool-call':
          characters += part.name.length + (part.argumentsJson ?? part.input ?? '').length;
          break;
        case 'tool-result':
          count(part.content);
          break;
        case 'media':
          media += 1;
          characters += part.source.text?.length ?? 0;
          break;
        case 'reasoning':
        case 'provider-item':
          break;
      }
    }
  };
  count(instructions);
  for (const { parts } of turns) count(parts);
  for (const tool of tools)
    characters += JSON.stringify(tool.origin?.raw ?? tool.name ?? '').length;
  return Math.ceil(characters / charactersPerToken) + media * mediaTokens;
}

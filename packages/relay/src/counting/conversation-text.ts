import type { CanonicalRequest, Part, Tool } from '@turnpike/core';
import type { PromptText } from './prompt-text.ts';

/** Tokens that the format itself costs: for each turn, each tool, and once for the answer. */
const TOKENS_PER_TURN = 3;
const TOKENS_PER_TOOL = 8;
const TOKENS_FOR_ANSWER = 3;
/** A picture whose size is not known, and a page of a document by its bytes. */
const TOKENS_PER_IMAGE = 1105;
const BASE64_BYTES_PER_TOKEN = 45;

/** The countable text of a conversation, whatever protocol it came in. */
export function readConversationText(request: CanonicalRequest): PromptText {
  const texts: string[] = [];
  let fixedTokens = TOKENS_FOR_ANSWER;
  for (const part of request.instructions) fixedTokens += collectPart(part, texts);
  for (const turn of request.turns) {
    fixedTokens += TOKENS_PER_TURN;
    for (const part of turn.parts) fixedTokens += collectPart(part, texts);
  }
  for (const tool of request.tools) {
    fixedTokens += TOKENS_PER_TOOL;
    texts.push(textOfTool(tool));
  }
  return { texts, fixedTokens };
}

function collectPart(part: Part, texts: string[]): number {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      texts.push(part.text);
      return 0;
    case 'reasoning':
      texts.push(part.text ?? (part.summary ?? []).join('\n'));
      return 0;
    case 'tool-call':
      texts.push(part.name, part.argumentsJson ?? part.input ?? '');
      return 0;
    case 'tool-result':
      return part.content.reduce((sum, content) => sum + collectPart(content, texts), 0);
    case 'media': {
      const { base64, text } = part.source;
      if (text !== undefined) texts.push(text);
      if (part.media === 'image' || base64 === undefined)
        return text === undefined ? TOKENS_PER_IMAGE : 0;
      return Math.ceil(base64.length / BASE64_BYTES_PER_TOKEN);
    }
    case 'provider-item':
      texts.push(JSON.stringify(part.raw ?? ''));
      return 0;
  }
}

function textOfTool(tool: Tool): string {
  switch (tool.kind) {
    case 'function':
      return `${tool.name} ${tool.description ?? ''} ${JSON.stringify(tool.parameters ?? {})}`;
    case 'custom':
      return `${tool.name} ${tool.description ?? ''} ${JSON.stringify(tool.format ?? '')}`;
    case 'hosted':
      return JSON.stringify(tool.hosted.raw);
  }
}

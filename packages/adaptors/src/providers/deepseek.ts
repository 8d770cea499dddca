import type { ChatTraits, Dialect } from '../codec.ts';
import { anthropicDoorDialect, toAnthropicDoor } from './anthropic-door.ts';
import { defineOpenAiWire, joinPath, keepPath } from './openai-wire.ts';

const dialect: Dialect = {
  streamUsage: 'on-request',
  renameMembers: { max_completion_tokens: 'max_tokens' },
  chat: toTraits,
};

export const deepSeek = defineOpenAiWire(36, {
  id: 'deepseek',
  operations: ['chat', 'completions', 'messages'],
  dialect,
  dialectFor: ({ operation }) => (operation === 'messages' ? anthropicDoorDialect : dialect),
  url: (target) => {
    if (target.operation === 'messages') return toAnthropicDoor(target);
    // Completion of code is offered beside the versioned path only.
    return target.operation === 'completions'
      ? joinPath(target.baseUrl.replace(/\/v1\/*$/, ''), '/beta/completions')
      : keepPath(target);
  },
});

/** Its first thinking models refuse their thoughts, the fourth line insists on them. */
function toTraits(model: string): ChatTraits {
  const isFirst = /^deepseek-r(?:easoner|1)/.test(model);
  const isFourth = /^deepseek-(?:v[4-9]|flash)/.test(model);
  return {
    isTextOnly: !/vl|vision/.test(model),
    lacksJsonSchema: true,
    lacksForcedTools: isFirst || isFourth,
    maxStops: 16,
    reasoningSwitch: isFourth ? 'thinking' : 'none',
    reasoningEcho: isFirst ? 'never' : isFourth ? 'with-calls' : 'in-tool-loop',
  };
}

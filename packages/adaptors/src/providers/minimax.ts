import type { Dialect } from '../codec.ts';
import { anthropicDoorDialect, toAnthropicDoor } from './anthropic-door.ts';
import { defineOpenAiWire, joinPath } from './openai-wire.ts';

const dialect: Dialect = {
  chat: () => ({ thinkTags: true, reasoningEcho: 'with-calls' }),
  // Its last event is the whole answer again, with the usage.
  streamUsage: 'always',
  deleteMembers: ['stream_options'],
  clampMembers: { temperature: { min: 0.01, max: 1 }, top_p: { min: 0.01, max: 1 } },
  statusOfCode: {
    '1000': 500,
    '1001': 504,
    '1002': 429,
    '1004': 401,
    '1008': 402,
    '1013': 500,
    '1024': 500,
    '1026': 400,
    '1027': 400,
    '1028': 429,
    '1030': 429,
    '1033': 500,
    '1039': 429,
    '1041': 429,
    '1042': 400,
    '2013': 400,
    '2049': 401,
    '2056': 429,
    '2061': 403,
  },
  disablingCodes: ['1004', '1008', '2049'],
};

export const minimax = defineOpenAiWire(27, {
  id: 'minimax',
  operations: ['chat', 'messages'],
  dialect,
  dialectFor: ({ operation }) => (operation === 'messages' ? anthropicDoorDialect : dialect),
  url: (target) =>
    target.operation === 'messages'
      ? toAnthropicDoor(target)
      : joinPath(target.baseUrl, '/v1/text/chatcompletion_v2'),
});

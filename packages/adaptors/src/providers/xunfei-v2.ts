import { defineOpenAiWire, joinPath, keepPath } from './openai-wire.ts';

export const xunfeiV2 = defineOpenAiWire(48, {
  id: 'xunfei-v2',
  displayName: 'iFlytek Spark',
  operations: ['chat'],
  dialect: {
    streamUsage: 'always',
    clampMembers: { presence_penalty: { min: 0 }, frequency_penalty: { min: 0 } },
    // Without it tool calls come as one object where clients expect a list.
    defaultMembers: [{ key: 'tool_calls_switch', json: 'true', when: 'tools' }],
    statusOfCode: {
      '10004': 400,
      '10005': 400,
      '10006': 429,
      '10007': 429,
      '10008': 503,
      '10009': 503,
      '10010': 503,
      '10011': 503,
      '10012': 503,
      '10013': 400,
      '10014': 400,
      '10015': 403,
      '10016': 403,
      '10019': 400,
      '10110': 503,
      '10163': 400,
      '10222': 503,
      '10907': 400,
      '11200': 403,
      '11201': 429,
      '11202': 429,
      '11203': 429,
    },
    disablingCodes: ['10015', '10016', '11200'],
  },
  // The reasoning model has a version of its own.
  url: (target) =>
    target.model === 'x1' ? joinPath(target.baseUrl, '/v2/chat/completions') : keepPath(target),
});

import { completionTokensOf, promptTokensOf, type Usage } from '@turnpike/core';
import { readUsage } from '../families/openai-chat/read-usage.ts';
import type { JsonObject } from '../wire/json-object.ts';
import { defineOpenAiWire } from './openai-wire.ts';

export const fastGpt = defineOpenAiWire(22, {
  id: 'fastgpt',
  displayName: 'FastGPT',
  operations: ['chat'],
  dialect: {
    streamUsage: 'never',
    // Else its workflow's inner events come between the answer's chunks.
    defaultMembers: [{ key: 'detail', json: 'false' }],
    readUsage: readRealUsage,
    statusOfCode: { unAuthApiKey: 401, '514': 401 },
    disablingCodes: ['unAuthApiKey', '514'],
  },
});

/** It reports ones where it has not counted. */
function readRealUsage(body: JsonObject): Usage | undefined {
  const usage = readUsage(body);
  if (usage === undefined) return undefined;
  return promptTokensOf(usage) <= 1 && completionTokensOf(usage) <= 1 ? undefined : usage;
}

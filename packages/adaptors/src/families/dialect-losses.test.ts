import { describe, expect, it } from '@jest/globals';
import type { Dialect } from '../codec.ts';
import { probeJson } from '../wire/json-probe.ts';
import { planBodyEdits } from './openai-chat/plan-body-edits.ts';
import { readJsonRequest } from './openai-chat/read-request.ts';

const dialect: Dialect = {
  streamUsage: 'always',
  deleteMembers: ['stream_options', 'seed', 'user', 'mcp_servers'],
  clampMembers: { temperature: { max: 1 } },
  renameMembers: { max_completion_tokens: 'max_tokens' },
  defaultMembers: [{ key: 'safe', json: 'true' }],
};

function lossesOf(members: object): unknown {
  const probe = probeJson(Buffer.from(JSON.stringify({ model: 'm', messages: [{}], ...members })));
  return planBodyEdits({
    probe,
    facts: readJsonRequest('chat', probe),
    upstreamModel: 'm',
    dialect,
    hasStreamOptions: true,
  }).losses;
}

describe('what a body loses that is passed on', () => {
  it('is nothing where the dialect takes all of it, under whatever name', () => {
    expect(lossesOf({ temperature: 0.5, max_completion_tokens: 9 })).toEqual([]);
  });

  it('is nothing that only says how the answer comes', () => {
    expect(lossesOf({ stream: true, stream_options: { include_usage: true } })).toEqual([]);
  });

  it.each([
    ['a setting', { seed: 1 }, { at: 'seed', what: 'dropped', severity: 'warn' }],
    ['a hint', { user: 'u' }, { at: 'user', what: 'dropped', severity: 'info' }],
    ['tools', { mcp_servers: [] }, { at: 'mcp_servers', what: 'dropped', severity: 'fatal' }],
    [
      'a value',
      { temperature: 1.5 },
      { at: 'temperature', what: 'approximated', severity: 'info' },
    ],
  ])('names %s, and how much it matters', (_what, members, loss) => {
    expect(lossesOf(members)).toEqual([expect.objectContaining(loss)]);
  });
});

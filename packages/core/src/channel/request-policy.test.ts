import { describe, expect, it } from '@jest/globals';
import { channelUpdateSchema } from '../contract/channel.ts';

/** What the management API says of a config. */
function problemOf(config: string): string | undefined {
  const result = channelUpdateSchema.safeParse({ id: 1, config });
  return result.error?.issues[0]?.message;
}

describe('policies of a channel', () => {
  it.each([
    '{"parameters":{"default":{"temperature":0.3,"reasoning.effort":"low"},"set":{"max_tokens":64,"metadata":{"model":"x"}},"forbid":["logit_bias","tools"]}}',
    '{"parameters":[{"operations":["embeddings"],"set":{"dimensions":256}},{"set":{"reasoning.max_tokens":64}}]}',
    '{"parameters":{"set":{"generationConfig.maxOutputTokens":9,"generationConfig.topK":4,"options.num_ctx":9}}}',
    '{"end_users":"hash","storage":"forbid"}',
    '{"end_users":"","storage":""}',
    '{"param_override":{"temperature":0}}',
    '{"param_override":null,"parameters":null}',
  ])('may be %s', (config) => {
    expect(problemOf(config)).toBeUndefined();
  });

  it.each([
    ['{"end_users":"hide"}', "bad 'end_users': must be one of keep, drop, hash"],
    ['{"storage":true}', "bad 'storage': must be one of allow, forbid"],
    ['{"parameters":3}', "must be an object of 'default', 'set' and 'forbid'"],
    ['{"parameters":{"override":{}}}', "has 'override'"],
    ['{"parameters":{"set":[]}}', "'parameters.set' must be an object"],
    ['{"parameters":{"forbid":{"a":1}}}', "'parameters.forbid' must be a list of names"],
    ['{"parameters":{"operations":["speech"]}}', "'parameters.operations' must be a list of chat"],
    ['{"parameters":{"operations":[]}}', "'parameters.operations' must be a list of chat"],
    ['{"parameters":{"set":{"a b":1}}}', 'is no parameter'],
    ['{"parameters":{"set":{"a..b":1}}}', 'is no parameter'],
    ['{"parameters":{"set":{"a.b.c.d.e.f.g":1}}}', 'is no parameter'],
    ['{"parameters":{"set":{"a":1},"forbid":["a"]}}', 'is in more than one of'],
    ['{"parameters":{"set":{"__proto__":1}}}', 'a name that no upstream takes'],
    ['{"parameters":{"set":{"a.constructor.b":1}}}', 'a name that no upstream takes'],
    ['{"parameters":{"set":{"store":true}}}', "decided by 'storage'"],
    ['{"parameters":{"set":{"input.x":[]}}}', 'what the client asks'],
    ['{"parameters":{"set":{"messages":[]}}}', 'what the client asks'],
    ['{"parameters":{"set":{"generationConfig":{"maxOutputTokens":9}}}}', 'holds other parameters'],
    ['{"parameters":{"forbid":["max_tokens"]}}', 'cannot be forbidden'],
    ['{"parameters":{"set":{"max_tokens":0}}}', 'a whole number between 1'],
    ['{"parameters":{"set":{"max_tokens":1.5}}}', 'a whole number between 1'],
    [
      '{"parameters":{"operations":["chat"],"set":{"max_tokens":9}}}',
      'the same for all operations',
    ],
    ['{"parameters":{"set":{"inferenceConfig.maxTokens":9}}}', "write 'max_tokens'"],
    ['{"parameters":{"set":{"options.num_predict":9}}}', "write 'max_tokens'"],
    ['{"param_override":"temperature"}', "'param_override' must be an object"],
    ['{"param_override":{"operations":[]}}', 'a list of operations'],
    ['{"param_override":{"Model":"x"}}', 'decides what a request costs'],
    [`{"parameters":{"set":{"a":"${'x'.repeat(17_000)}"}}}`, 'longer than 16 KiB'],
    [JSON.stringify({ parameters: Array(9).fill({}) }), 'more than 8 rules'],
    [
      JSON.stringify({ parameters: { forbid: Array.from({ length: 65 }, (_, n) => `p${n}`) } }),
      'more than 64',
    ],
  ])('may not be %s', (config, expected) => {
    expect(problemOf(config)).toContain(expected);
  });

  it.each([
    'model',
    'stream',
    'n',
    'N',
    'service_tier',
    'serviceTier',
    'stream_options.include_usage',
    'generationConfig.candidateCount',
    'previous_response_id',
    'best-of',
  ])('decide nothing that is priced or routed: %s', (path) => {
    for (const parameters of [
      { set: { [path]: 1 } },
      { default: { [path]: 1 } },
      { forbid: [path] },
    ])
      expect(problemOf(JSON.stringify({ parameters }))).toContain('decides what a request costs');
  });
});

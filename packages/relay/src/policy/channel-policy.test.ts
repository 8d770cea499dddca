import { describe, expect, it } from '@jest/globals';
import { editMembers } from '@turnpike/adaptors';
import type { Operation } from '@turnpike/core';
import { readChannelPolicy, type ChannelPolicy } from './channel-policy.ts';

function read(text: string): ChannelPolicy | undefined {
  return readChannelPolicy(JSON.parse(text) as Record<string, unknown>, text);
}

function apply(text: string, operation: Operation, body: string): string {
  const edits = read(text)?.editsFor(operation);
  return edits === undefined ? body : editMembers(Buffer.from(body), edits).body.toString('utf8');
}

describe('readChannelPolicy', () => {
  it.each(['{}', '{"region":"x","storage":"allow","end_users":"keep"}', '{"param_override":""}'])(
    'finds none in %s',
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );

  it('writes numbers as they were written', () => {
    const text = '{"parameters":{"set":{"top_p":1.0,"seed":12345678901234567890}}}';
    expect(apply(text, 'chat', '{}')).toBe('{"top_p":1.0,"seed":12345678901234567890}');
  });

  it('reads lists of rules, each for its operations', () => {
    const text = `{"parameters":[
      {"set":{"top_p":0.50}, "forbid":["a,]}b"]},
      {"operations":["embeddings"],"default":{"dimensions":256.0}} ,
      {"operations":["chat"],"forbid":["seed"],"default":{"reasoning.effort":"low"}}]}`;
    expect(apply(text, 'messages', '{}')).toBe('{"top_p":0.50}');
    expect(apply(text, 'embeddings', '{}')).toBe('{"dimensions":256.0}');
    expect(apply(text, 'chat', '{"seed":1}')).toBe('{"top_p":0.50,"reasoning":{"effort":"low"}}');
    expect(read(text)?.editsFor('speech')).toBeUndefined();
  });

  it.each(['{"top_p":0.50}', JSON.stringify('{"top_p":0.50}')])(
    "takes New API's param_override for what is set: %s",
    (override) => {
      expect(apply(`{"param_override":${override}}`, 'chat', '{"top_p":1}')).toBe('{"top_p":0.50}');
    },
  );

  it('finds limits of the output under each of their names, and leaves them out of the edits', () => {
    const policy = read(
      '{"parameters":{"set":{"max_completion_tokens":50},"default":{"generationConfig.maxOutputTokens":7}}}',
    );
    expect(policy?.output).toEqual({ set: 50, fallback: 7 });
    expect(policy?.editsFor('chat')).toBeUndefined();
  });

  it('ignores what no administrator could have stored', () => {
    const text =
      '{"parameters":{"set":{"model":"dear","__proto__":1,"n":9,"max_tokens":"x"},"forbid":["stream",3]},"end_users":"x"}';
    const policy = read(text);
    expect(policy).toMatchObject({ endUsers: 'keep', forbidsStorage: false, addedBytes: 0 });
    expect(policy?.output).toEqual({ set: undefined, fallback: undefined });
    expect(apply(text, 'chat', '{"model":"m","stream":true}')).toBe('{"model":"m","stream":true}');
    expect(read('{"parameters":7}')?.editsFor('chat')).toBeUndefined();
    expect(read('{"parameters":[7,"x",[]]}')?.editsFor('chat')).toBeUndefined();
  });

  it('counts no fewer bytes than it adds', () => {
    const text = '{"parameters":{"set":{"reasoning.effort":"low"},"default":{"é":"€"}}}';
    const added = apply(text, 'chat', '{}').length - 2;
    expect(read(text)?.addedBytes).toBeGreaterThanOrEqual(added);
  });
});

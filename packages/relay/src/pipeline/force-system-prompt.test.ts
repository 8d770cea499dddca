import { describe, expect, it } from '@jest/globals';
import { probeJson, spliceJson } from '@turnpike/adaptors';
import { planSystemPrompt } from './force-system-prompt.ts';

function force(body: string, prompt: string): { body: string; isReset: boolean } | undefined {
  const probe = probeJson(Buffer.from(body));
  const plan = planSystemPrompt('openai-chat', probe, prompt);
  if (plan === undefined) return undefined;
  const { slices } = spliceJson(probe, [plan.edit]);
  return { body: Buffer.concat(slices).toString(), isReset: plan.isReset };
}

describe('planSystemPrompt', () => {
  it('puts the prompt before all messages', () => {
    expect(force('{"messages":[{"role":"user","content":"hi"}],"x":1.0}', 'Be "brief"')).toEqual({
      body: '{"messages":[{"role":"system","content":"Be \\"brief\\""},{"role":"user","content":"hi"}],"x":1.0}',
      isReset: false,
    });
  });

  it.each([
    ['text', '"old"'],
    ['parts, with brackets and escapes inside', '[{"type":"text","text":"a ] } \\" 漢"}]'],
    ['null', 'null'],
  ])('takes the place of a system message’s content: %s', (_what, content) => {
    const body = `{"messages": [ {"role":"system", "content": ${content}, "name":"n"} ,{"role":"user","content":"hi"}]}`;
    expect(force(body, '新')).toEqual({
      body: '{"messages": [ {"role":"system", "content": "新", "name":"n"} ,{"role":"user","content":"hi"}]}',
      isReset: true,
    });
  });

  it('leaves a body without a list of messages alone', () => {
    expect(force('{"prompt":"x"}', 'p')).toBeUndefined();
  });

  it('adds a message where the list is empty or starts with something odd', () => {
    expect(force('{"messages":[]}', 'p')?.body).toBe(
      '{"messages":[{"role":"system","content":"p"}]}',
    );
    expect(force('{"messages":["x",{"role":"system","content":"y"}]}', 'p')?.isReset).toBe(false);
  });
});

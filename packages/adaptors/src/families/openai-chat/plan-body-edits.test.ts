import { describe, expect, it } from '@jest/globals';
import type { Dialect } from '../../codec.ts';
import { probeJson } from '../../wire/json-probe.ts';
import { spliceJson } from '../../wire/splice-json.ts';
import { planBodyEdits, type BodyEditInput } from './plan-body-edits.ts';
import { readJsonRequest } from './read-request.ts';

const plain: Dialect = { streamUsage: 'on-request' };
const messages = '"messages":[{"role":"user","content":"Hi","x":1.0}]';

function edit(
  text: string,
  change: Partial<Pick<BodyEditInput, 'dialect' | 'upstreamModel' | 'outputClamp'>> = {},
): { body: string; hideUsage: boolean } {
  const probe = probeJson(Buffer.from(text));
  const facts = readJsonRequest('chat', probe);
  const { edits, hideUsage } = planBodyEdits({
    probe,
    facts,
    upstreamModel: facts.model,
    dialect: plain,
    hasStreamOptions: true,
    ...change,
  });
  return { body: Buffer.concat(spliceJson(probe, edits).slices).toString(), hideUsage };
}

describe('planBodyEdits', () => {
  it('leaves a body alone that needs nothing', () => {
    const text = `{ "model":"m",${messages},"temperature":0.0,"unknown":{"a":1e400} }`;

    expect(edit(text)).toEqual({ body: text, hideUsage: false });
  });

  it("writes the upstream's name of the model", () => {
    expect(edit(`{"model":"m",${messages}}`, { upstreamModel: 'up/"m"' }).body).toBe(
      `{"model":"up/\\"m\\"",${messages}}`,
    );
  });

  it('sends one model where the client sent two: the one that is priced', () => {
    expect(edit(`{"model":"cheap",${messages},"model":"dear"}`).body).toBe(
      `{${messages},"model":"dear"}`,
    );
  });

  it('asks for usage in a stream, and hides what the client did not ask for', () => {
    expect(edit(`{"model":"m",${messages},"stream":true}`)).toEqual({
      body: `{"model":"m",${messages},"stream":true,"stream_options":{"include_usage":true}}`,
      hideUsage: true,
    });
  });

  it('keeps the other stream options as they are', () => {
    const asked = (options: string) =>
      edit(`{"model":"m",${messages},"stream":true,"stream_options":${options}}`);

    expect(asked('{"include_obfuscation":false, "x":1.0}').body).toContain(
      '{"include_obfuscation":false, "x":1.0,"include_usage":true}',
    );
    expect(asked('{"include_usage":false}').body).toContain('{"include_usage":true}');
    expect(asked('{"include_usage":true}')).toMatchObject({ hideUsage: false });
  });

  it('asks nothing of upstreams that report usage anyway or never, and hides it all the same', () => {
    const dialect: Dialect = { streamUsage: 'always', deleteMembers: ['stream_options'] };
    const text = `{"model":"m",${messages},"stream":true,"stream_options":{"include_usage":false}}`;

    expect(edit(text, { dialect })).toEqual({
      body: `{"model":"m",${messages},"stream":true}`,
      hideUsage: true,
    });
  });

  it('applies a dialect to top-level members', () => {
    const dialect: Dialect = {
      streamUsage: 'never',
      renameMembers: { max_completion_tokens: 'max_tokens', user: 'user_id' },
      deleteMembers: ['seed'],
      clampMembers: { temperature: { min: 0, max: 1 }, top_p: { min: 0.01, max: 0.99 } },
      defaultMembers: [
        { key: 'detail', json: 'false' },
        { key: 'switch', json: 'true', when: 'tools' },
        { key: 'other', json: 'true', when: 'absent' },
      ],
      exclusiveMembers: [['a', 'b']],
    };

    expect(
      JSON.parse(
        edit(
          `{"model":"m",${messages},"max_completion_tokens":5,"user":"u","seed":7,"temperature":1.6,"top_p":0,"tools":[],"a":1,"b":2}`,
          { dialect },
        ).body,
      ),
    ).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'Hi', x: 1 }],
      max_tokens: 5,
      user_id: 'u',
      temperature: 1,
      top_p: 0.01,
      tools: [],
      b: 2,
      detail: false,
      switch: true,
    });
  });

  it.each([
    ['{"model":"m",M}', 100, { max_tokens: 100 }],
    ['{"model":"gpt-5-mini",M}', 100, { max_completion_tokens: 100 }],
    ['{"model":"m",M,"max_tokens":500}', 100, { max_tokens: 100 }],
    ['{"model":"m",M,"max_tokens":50}', 100, { max_tokens: 50 }],
    [
      '{"model":"m",M,"max_tokens":50,"max_completion_tokens":500}',
      100,
      { max_tokens: 50, max_completion_tokens: 100 },
    ],
    ['{"model":"m",M,"max_tokens":null}', 100, { max_tokens: 100 }],
  ])('clamps the output of %s to %s', (text, outputClamp, expected) => {
    expect(JSON.parse(edit(text.replace('M', messages), { outputClamp }).body)).toMatchObject(
      expected,
    );
  });
});

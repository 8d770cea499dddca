import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isGatewayError, type Family } from '@turnpike/core';
import { findClientCodec, findUpstreamCodec } from './index.ts';
import { pathOf, targetOf } from './testing/translation.ts';

type Body = Record<string, unknown>;

const operations = {
  'openai-chat': 'chat',
  'openai-responses': 'responses',
  anthropic: 'messages',
  gemini: 'generate-content',
} as const;
const families = Object.keys(operations) as Family[];

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
/** Names as nobody should give them, and names as vendors will give them tomorrow. */
const name = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'),
  word.map((text) => `x_${text}`),
);
const anything = fc.jsonValue({ maxDepth: 3 });
const strange = fc.dictionary(name, anything, { maxKeys: 3, noNullPrototype: true });
const id = fc.stringMatching(/^[a-z]{1,8}$/);
const tool = id.map((text) => ({
  name: text,
  description: 'd',
  parameters: { type: 'object', properties: { __proto__x: { type: 'string' } } },
}));

/** A conversation in chat's words, with calls that are answered. */
const chat = fc
  .record({
    strange,
    inMessage: strange,
    inPart: strange,
    system: fc.option(word),
    text: word,
    calls: fc.uniqueArray(id, { maxLength: 2 }),
    tools: fc.uniqueArray(tool, { maxLength: 2, selector: (one) => one.name }),
    temperature: fc.option(fc.double({ min: 0, max: 2, noNaN: true })),
  })
  .map(({ strange: odd, inMessage, inPart, system, text, calls, tools, temperature }) => ({
    ...odd,
    model: 'm',
    ...(temperature !== null && { temperature }),
    messages: [
      ...(system === null ? [] : [{ role: 'system', content: system }]),
      { ...inMessage, role: 'user', content: [{ ...inPart, type: 'text', text }] },
      ...(calls.length === 0
        ? []
        : [
            {
              role: 'assistant',
              content: text,
              tool_calls: calls.map((one) => ({
                id: `call_${one}`,
                type: 'function',
                function: { name: one, arguments: '{"a": 1.0}' },
              })),
            },
            ...calls.map((one) => ({ role: 'tool', tool_call_id: `call_${one}`, content: text })),
          ]),
      { role: 'user', content: text },
    ],
    ...(tools.length > 0 && {
      tools: tools.map((one) => ({ type: 'function', function: one })),
    }),
  }));

/** As it comes from a client: `__proto__` is a member like any other. */
function parse(body: object): Body {
  return JSON.parse(JSON.stringify(body)) as Body;
}

describe('a chat request', () => {
  it('is the same after it was taken apart and put together, whatever is in it', () => {
    fc.assert(
      fc.property(chat, (body) => {
        const sent = parse(body);
        const request = findClientCodec('openai-chat')!.decodeRequest(sent, pathOf('chat'));
        const target = targetOf('m', { dialect: { streamUsage: 'always' } });
        const made = findUpstreamCodec('openai-chat')!.encodeRequest(request, target);
        expect(JSON.parse(JSON.stringify(made.body))).toEqual(parse(body));
      }),
    );
  });
});

describe.each(families)('hostile JSON at the door of %s', (family) => {
  it('is refused or carried anywhere, and changes nothing that all objects share', () => {
    const shared = Object.getOwnPropertyNames(Object.prototype).sort();
    const codec = findClientCodec(family)!;
    const hostile = fc.oneof(chat, strange, fc.record({ strange, chat }).map(mix));
    fc.assert(
      fc.property(hostile, fc.constantFrom(...families), (body, to) => {
        try {
          const request = codec.decodeRequest(parse(body), pathOf(operations[family]));
          findUpstreamCodec(to)!.encodeRequest(request, targetOf('m'));
        } catch (error) {
          if (!isGatewayError(error)) throw error;
        }
        expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(shared);
        expect(({} as Body)['polluted']).toBeUndefined();
      }),
    );
  });
});

/** Members of every family, in types that none of them has. */
function mix({ strange: odd, chat: body }: { strange: Body; chat: Body }): Body {
  const polluting = JSON.parse('{"__proto__":{"polluted":true}}') as Body;
  return {
    ...body,
    input: [odd, polluting],
    contents: [{ role: 'user', parts: [odd, polluting, { text: 'x' }] }],
    system: odd,
    systemInstruction: odd,
    instructions: 'x',
    generationConfig: { ...odd, ...polluting, thinkingConfig: odd },
    metadata: polluting,
    max_tokens: 5,
    tool_choice: odd,
    toolConfig: odd,
  };
}

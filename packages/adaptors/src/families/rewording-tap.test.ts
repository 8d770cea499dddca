import { describe, expect, it } from '@jest/globals';
import { createStreamTap } from './create-stream-tap.ts';
import { rewordAnswer } from './reword-answer.ts';
import { cutAt } from '../wire/testing/cut-at.ts';

const dialect = { streamUsage: 'always', isFaithful: true } as const;

function name(text: string): string {
  return rewordAnswer(Buffer.from(text), { model: 'asked' }).toString();
}

function relay(operation: 'chat' | 'messages' | 'responses', stream: string, at: number): string {
  const options = { operation, dialect, isEventStream: true, isStream: true, hideUsage: false };
  const tap = createStreamTap({ ...options, words: { model: 'asked' } })!;
  const sent = cutAt(Buffer.from(stream), [at]).flatMap((piece) => [...tap.push(piece)]);
  return Buffer.concat([...sent, ...tap.end(), tap.terminal()]).toString();
}

describe('an answer with the name that the client asked for', () => {
  it.each([
    ['chat', '{ "id":1.0,"model" : "up-2026" ,"choices":[{"model":"x"}]}', '"model" : "asked" ,'],
    ['Gemini', '{"candidates":[{"model":"x"}],"modelVersion":"up"}', '"modelVersion":"asked"'],
    [
      'an event of Responses',
      '{"type":"response.created","response":{"model":"up"}}',
      ':{"model":"asked"}',
    ],
    [
      'an event of Anthropic',
      '{"type":"message_start","message":{"model":"up"}}',
      ':{"model":"asked"}',
    ],
  ])('keeps every other byte: %s', (_what, json, named) => {
    const made = name(json);
    expect(made).toContain(named);
    expect(made.replace('asked', '')).toBe(json.replace(/up(?:-2026)?/, ''));
  });

  it.each([
    '{"content":[{"type":"tool_use","input":{"model":"x"}}]}',
    '{"delta":{"content":"\\"model\\":\\"up\\""}}',
    '{"model":null}',
    'no JSON with "model"',
  ])('is not touched where it names no model: %s', (json) => {
    expect(name(json)).toBe(json);
  });
});

describe('an answer of which the gateway says itself whether it is kept', () => {
  const reword = (json: string): string =>
    rewordAnswer(Buffer.from(json), { model: 'asked', store: true }).toString();

  it.each([
    [
      '{"id":"r","store":false,"model":"up","x":1.0}',
      '{"id":"r","store":true,"model":"asked","x":1.0}',
    ],
    [
      '{"type":"response.created","response":{"store":false}}',
      '{"type":"response.created","response":{"store":true}}',
    ],
    ['{"type":"response.created","response":{"store":null}}', undefined],
    ['{"delta":"\\"store\\":false"}', undefined],
  ])('says so where its upstream says anything: %s', (json, reworded) => {
    expect(reword(json)).toBe(reworded ?? json);
  });
});

describe('a stream with the name that the client asked for', () => {
  const chat =
    'data: {"id":"c","model":"up","choices":[{"index":0,"delta":{"content":"model: \\"model\\""}}]}\n\n' +
    'data: {"id":"c","model":"up","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n' +
    'data: [DONE]\n\n';
  const messages =
    'event: message_start\ndata: {"type":"message_start","message":{"model":"up","content":[]}}\n\n' +
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}\n\n' +
    'event: message_stop\ndata: {"type":"message_stop"}\n\n';
  const responses =
    'event: response.created\ndata: {"type":"response.created","response":{"tools":[{"model":"up"}],"model":"up"}}\n\n' +
    'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"Hi"}\n\n' +
    'event: response.completed\ndata: {"type":"response.completed","response":{"model":"up","output":[]}}\n\n';

  it.each([
    ['chat', chat, chat.replaceAll('"model":"up"', '"model":"asked"')],
    ['messages', messages, messages.replace('"up"', '"asked"')],
    [
      'responses',
      responses,
      responses
        .replace('],"model":"up"', '],"model":"asked"')
        .replace('{"model":"up","out', '{"model":"asked","out'),
    ],
  ] as const)('is the same wherever it is cut: %s', (operation, stream, named) => {
    for (let at = 0; at <= stream.length; at += 1) expect(relay(operation, stream, at)).toBe(named);
  });

  it('lets a huge frame pass while it arrives', () => {
    const huge = `data: {"model":"up","choices":[{"delta":{"content":"${'x'.repeat(3e6)}"}}]}\n\n`;
    expect(relay('chat', huge, 2e6)).toContain('"model":"up"');
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutAt } from '../../wire/testing/cut-at.ts';
import { hasRecorded, listRecorded, readRecordedStream } from '../testing/recorded.ts';
import { createChatStreamTap } from './chat-stream-tap.ts';
import { RepairingTap } from './repairing-tap.ts';

const options = { dialect: { streamUsage: 'always' }, hideUsage: false } as const;
const done = 'data: [DONE]\n\n';
const chunk = (choice: object, rest: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 7, model: 'm', choices: [{ index: 0, ...choice }], ...rest })}\n\n`;
const said = (delta: object, finish: string | null = null): string =>
  chunk({ delta, finish_reason: finish });
const begun = said({ role: 'assistant', content: '' });
const ended = said({}, 'stop');

function relay(stream: string | Buffer, cuts: readonly number[] = []): string {
  const tap = new RepairingTap(createChatStreamTap(options));
  const pieces = cutAt(Buffer.from(stream as string), cuts);
  const sent = pieces.flatMap((piece) => [...tap.push(piece)]);
  return Buffer.concat([...sent, ...tap.end(), tap.terminal()]).toString();
}

interface Sent {
  choices: { delta: { role?: string; tool_calls?: object[] }; finish_reason?: string | null }[];
}

function read(stream: string): Sent[] {
  return [...stream.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data!) as Sent);
}

const callsOf = (stream: string): unknown[] =>
  read(stream).flatMap(({ choices }) => choices.flatMap(({ delta }) => delta.tool_calls ?? []));

describe('RepairingTap', () => {
  it('leaves what is in order as it was, byte by byte', () => {
    const call = { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } };
    const stream =
      ': OPENROUTER PROCESSING\n\n' +
      begun +
      'data:  {"id":"c1", "choices":[{"index":0,"delta":{"content":"tool_calls\\" [DONE]"}}] }\r\n\r\n' +
      said({ tool_calls: [call] }) +
      said({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }) +
      said({}, 'tool_calls') +
      chunk({}, { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } }) +
      done;

    expect(relay(stream)).toBe(stream);
  });

  it('says the role first', () => {
    const [first, second] = read(relay(said({ content: 'Hi' }) + said({ content: '!' }) + ended));
    expect(first?.choices[0]?.delta).toEqual({ role: 'assistant', content: 'Hi' });
    expect(second?.choices[0]?.delta).toEqual({ content: '!' });
    const [other] = read(relay(said({ role: '', content: 'Hi' }) + ended));
    expect(other?.choices[0]?.delta.role).toBe('assistant');
  });

  const call = (members: object, name?: string, args: unknown = ''): object => ({
    ...members,
    function: { ...(name !== undefined && { name }), arguments: args },
  });
  const a = { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } };
  const b = { index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } };

  it.each<[string, object[]]>([
    ['without indices', [call({ id: 'a' }, 'f', '{}'), call({ id: 'b' }, 'g', '{}')]],
    [
      'with indices from one',
      [call({ index: 1, id: 'a' }, 'f', '{}'), call({ index: 2, id: 'b' }, 'g', '{}')],
    ],
    [
      'with one index for all',
      [call({ index: 0, id: 'a' }, 'f', '{}'), call({ index: 0, id: 'b' }, 'g', '{}')],
    ],
    ['with arguments as an object', [call({ id: 'a' }, 'f', {}), call({ id: 'b' }, 'g', {})]],
  ])('numbers calls %s', (_title, calls) => {
    const apart = calls.map((one) => said({ tool_calls: [one] })).join('');
    expect(callsOf(relay(begun + apart + ended))).toEqual([a, b]);
    expect(callsOf(relay(begun + said({ tool_calls: calls }) + ended))).toEqual([a, b]);
  });

  it('says id and name of a call once, and gives its fragments its number', () => {
    const stream =
      begun +
      said({ tool_calls: [call({ index: 1, id: 'a' }, 'f', '{"x"')] }) +
      said({ tool_calls: [call({ index: 1, id: 'a' }, 'f', ':')] }) +
      said({ tool_calls: [call({}, undefined, '1}')] }) +
      ended;
    expect(callsOf(relay(stream))).toEqual([
      { ...a, function: { name: 'f', arguments: '{"x"' } },
      { index: 0, function: { arguments: ':' } },
      { index: 0, function: { arguments: '1}' } },
    ]);
  });

  it('ends every choice that never ended, before the marker', () => {
    const finishes = (stream: string): unknown[] =>
      read(relay(stream)).flatMap(({ choices }) => choices.map((one) => one.finish_reason));
    expect(finishes(begun + said({ content: 'Hi' }) + done)).toEqual([null, null, 'stop']);
    const called = said({ tool_calls: [a] });
    expect(finishes(begun + called + done)).toEqual([null, null, 'tool_calls']);
    expect(finishes(begun + ended + done)).toEqual([null, 'stop']);
    expect(
      relay(
        begun + 'data: {"choices":[{"index":0,"delta":{},"finish_reason": "stop"}]}\n\n' + done,
      ),
    ).not.toContain('"finish_reason":"stop"');
  });

  it('adds the list of choices where a chunk has figures only', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
    const stream = begun + ended + `data: ${JSON.stringify({ id: 'c1', usage })}\n\n` + done;
    expect(read(relay(stream)).at(-1)).toEqual({ id: 'c1', choices: [], usage });
  });

  it('keeps back what clients would parse and cannot: empty data, signs of life', () => {
    const life = 'data:\n\nevent: ping\ndata: {"type":"ping"}\n\n';
    expect(relay(begun + life + said({ content: 'Hi' }) + ended + done)).toBe(
      begun + said({ content: 'Hi' }) + ended + done,
    );
  });

  it('passes an error on to the tap that knows it', () => {
    const tap = new RepairingTap(createChatStreamTap(options));
    tap.push(Buffer.from(`${begun}data: {"error":{"message":"busy","code":429}}\n\n`));
    expect(tap.facts.error).toMatchObject({ message: 'busy', status: 429 });
  });

  it('lets a huge frame pass while it arrives', () => {
    const tap = new RepairingTap(createChatStreamTap(options));
    tap.push(Buffer.from(begun));
    const huge = said({ content: 'x'.repeat(200_000) });
    const first = tap.push(Buffer.from(huge.slice(0, 100_000)));
    expect(Buffer.concat([...first]).length).toBeGreaterThan(90_000);
    const rest = tap.push(Buffer.from(huge.slice(100_000) + ended));
    expect(Buffer.concat([...first, ...rest]).toString()).toBe(begun + huge + ended);
  });

  it('makes the same of a stream wherever it is cut', () => {
    const stream = Buffer.from(
      said({ content: 'Straße "\\n" 🛣️' }) +
        said({ tool_calls: [call({ id: 'a' }, 'f', '{"ü":1}')] }).replaceAll('\n', '\r\n') +
        'data:\n\n' +
        said({ content: 'end' }) +
        done,
    );
    const whole = relay(stream);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
        expect(relay(stream, cuts)).toBe(whole);
      }),
    );
  });

  (hasRecorded ? it : it.skip).each(
    listRecorded([
      'alibaba',
      'deepseek/chat',
      'moonshotai',
      'openai/chat',
      'perplexity',
      'xai',
    ]).filter((file) => file.endsWith('.chunks.txt')),
  )('has nothing to repair in %s', (file) => {
    const stream = Buffer.concat([readRecordedStream(file), Buffer.from(done)]);
    const sent = relay(stream);
    const plain = createChatStreamTap(options);
    const expected = [...plain.push(stream), ...plain.end(), plain.terminal()];
    expect(sent).toBe(Buffer.concat(expected).toString());
  });
});

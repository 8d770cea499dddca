import { describe, expect, it } from '@jest/globals';
import type { CanonicalResponse, JsonRecord, PartHeader, StreamEvent } from '@turnpike/core';
import { foldEvents } from '../../translate/event-folder.ts';
import { encodeResponse } from './encode-response.ts';
import { responseIdOfItem } from './item-ids.ts';
import { ResponsesStreamEncoder } from './stream-encoder.ts';
import { encodeStream, makeContext } from './testing/translate-events.ts';

const start: StreamEvent = { type: 'start', id: '7f', model: 'up', createdAt: 1_790_000_000 };

function at(part: number): { candidate: number; part: number } {
  return { candidate: 0, part };
}

function open(part: number, header: PartHeader): StreamEvent {
  return { type: 'part', ...at(part), header };
}

function say(part: number, delta: string): StreamEvent {
  return { type: 'text', ...at(part), delta };
}

function args(part: number, delta: string): StreamEvent {
  return { type: 'arguments', ...at(part), delta };
}

function end(part: number): StreamEvent {
  return { type: 'end', ...at(part) };
}

function finish(reason: 'stop' | 'tool-calls' | 'length' = 'stop'): StreamEvent[] {
  return [{ type: 'finish', candidate: 0, finish: { reason } }, { type: 'done' }];
}

function call(callId: string, name = 'get_weather', tool: 'function' | 'custom' = 'function') {
  return { kind: 'tool-call', callId, name, tool } as const;
}

const usage: StreamEvent = {
  type: 'usage',
  usage: {
    input: { uncached: 56, cacheRead: 64, cacheWrite: 0 },
    output: { text: 32, reasoning: 8 },
    source: 'reported',
  },
};

const conversation: StreamEvent[] = [
  start,
  open(0, { kind: 'reasoning', form: 'text' }),
  say(0, 'Two cities.'),
  { type: 'state', ...at(0), state: { family: 'anthropic', kind: 'signature', value: 's' } },
  end(0),
  open(1, { kind: 'text' }),
  say(1, 'Let me '),
  say(1, 'check.'),
  end(1),
  open(2, call('call_a')),
  args(2, '{"city":'),
  args(2, '"Paris"}'),
  end(2),
  open(3, call('call_b')),
  args(3, '{"city":"Lyon"}'),
  end(3),
  usage,
  ...finish('tool-calls'),
];

const asked = {
  store: false,
  include: ['reasoning.encrypted_content'],
  reasoning: { effort: 'low', summary: 'auto' },
};

function typesOf(events: readonly JsonRecord[]): string[] {
  return events.map(({ type }) => String(type).slice('response.'.length));
}

function outputOf(events: readonly JsonRecord[]): JsonRecord[] {
  return (events.at(-1)!['response'] as { output: JsonRecord[] }).output;
}

describe('ResponsesStreamEncoder', () => {
  it('tells an answer as the vendor does', () => {
    const events = encodeStream(conversation, asked);
    expect(typesOf(events)).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'completed',
    ]);
    expect(outputOf(events)).toEqual([
      {
        id: expect.stringMatching(/^rs_/),
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'Two cities.' }],
        encrypted_content: 'gw1.anthropic/signature/s',
      },
      {
        id: expect.stringMatching(/^msg_/),
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'Let me check.', annotations: [], logprobs: [] }],
      },
      ...[
        ['call_a', '{"city":"Paris"}'],
        ['call_b', '{"city":"Lyon"}'],
      ].map(([callId, argumentsJson]) => ({
        id: expect.stringMatching(/^fc_/),
        type: 'function_call',
        status: 'completed',
        call_id: callId,
        name: 'get_weather',
        arguments: argumentsJson,
      })),
    ]);
    expect(events.at(-1)!['response']).toMatchObject({
      status: 'completed',
      created_at: 1_790_000_000,
      model: 'm1',
      store: false,
      usage: {
        input_tokens: 120,
        input_tokens_details: { cached_tokens: 64, cache_write_tokens: 0 },
        output_tokens: 40,
        output_tokens_details: { reasoning_tokens: 8 },
        total_tokens: 160,
      },
    });
  });

  it('gives items the same id and content wherever they are told of', () => {
    const events = encodeStream(conversation, asked);
    const output = outputOf(events);
    const added = events.filter(({ type }) => type === 'response.output_item.added');
    const done = events.filter(({ type }) => type === 'response.output_item.done');
    expect(done.map(({ item }) => item)).toEqual(output);
    expect(added.map(({ item }) => (item as JsonRecord)['id'])).toEqual(output.map(({ id }) => id));
    expect(added.map(({ output_index: index }) => index)).toEqual([0, 1, 2, 3]);
    expect(new Set(output.map(({ id }) => id)).size).toBe(4);
    const { id } = events[0]!['response'] as JsonRecord;
    expect(new Set(output.map((item) => responseIdOfItem(String(item['id']))))).toEqual(
      new Set([id]),
    );
  });

  it('makes a whole answer equal to what its stream ends with', () => {
    const whole = encodeResponse(foldEvents(conversation), makeContext(asked)).body;
    const streamed = encodeStream(conversation, asked).at(-1)!['response'];
    expect({ ...whole, completed_at: 0 }).toEqual({ ...(streamed as object), completed_at: 0 });
  });

  it('shows thoughts as they are, and keeps state back, where nobody asked otherwise', () => {
    const [item] = outputOf(encodeStream(conversation));
    expect(item).toEqual({
      id: expect.any(String),
      type: 'reasoning',
      summary: [],
      content: [{ type: 'reasoning_text', text: 'Two cities.' }],
    });
  });

  it('repeats every setting of the request', () => {
    const tools = [{ type: 'function', name: 'f', parameters: {}, strict: null }];
    const settings = {
      instructions: 'Be brief.',
      tools,
      tool_choice: 'auto',
      temperature: 0.2,
      metadata: { a: 'b' },
      max_output_tokens: 99,
      text: { verbosity: 'low' },
    };
    const { response } = encodeStream([start, ...finish()], settings)[0]!;
    expect(response).toMatchObject({
      ...settings,
      text: { verbosity: 'low', format: { type: 'text' } },
      status: 'in_progress',
      output: [],
      usage: null,
      error: null,
      incomplete_details: null,
      top_p: 1,
      truncation: 'disabled',
      parallel_tool_calls: true,
    });
  });

  it('keeps calls apart that come mixed up', () => {
    const events = encodeStream([
      start,
      open(0, call('a')),
      args(0, '{"x":'),
      open(1, call('b')),
      args(1, '{"y":2}'),
      args(0, '1}'),
      end(0),
      end(1),
      ...finish('tool-calls'),
    ]);
    expect(outputOf(events)).toMatchObject([
      { call_id: 'a', arguments: '{"x":1}' },
      { call_id: 'b', arguments: '{"y":2}' },
    ]);
  });

  it('begins a new message behind a call, and joins text that follows text', () => {
    const events = encodeStream([
      start,
      open(0, { kind: 'text' }),
      say(0, 'a'),
      end(0),
      open(1, { kind: 'refusal' }),
      say(1, 'no'),
      end(1),
      open(2, call('c')),
      end(2),
      open(3, { kind: 'text' }),
      say(3, 'b'),
      end(3),
      ...finish(),
    ]);
    expect(outputOf(events)).toMatchObject([
      { type: 'message', content: [{ text: 'a' }, { type: 'refusal', refusal: 'no' }] },
      { type: 'function_call', arguments: '{}' },
      { type: 'message', content: [{ text: 'b' }] },
    ]);
  });

  it('gives calls back as the kind of tool that the client declared', () => {
    const body = {
      tools: [
        { type: 'custom', name: 'patch' },
        { type: 'namespace', name: 'crm', tools: [{ type: 'function', name: 'find' }] },
        { type: 'shell' },
        { type: 'local_shell' },
        { type: 'apply_patch' },
      ],
    };
    const calls: [string, string][] = [
      ['patch', '*** Begin'],
      ['crm__find', '{"q":1}'],
      ['shell', '{"commands":["ls"],"timeout_ms":5}'],
      ['local_shell', '{"command":["ls","-l"]}'],
      ['apply_patch', '{"type":"delete_file","path":"a"}'],
      ['unknown__one', '{}'],
    ];
    const events = encodeStream(
      [
        start,
        ...calls.flatMap(([name, said], index) => [
          open(index, call(`c${index}`, name, name === 'patch' ? 'custom' : 'function')),
          args(index, said),
          end(index),
        ]),
        ...finish('tool-calls'),
      ],
      body,
    );
    expect(outputOf(events)).toMatchObject([
      {
        type: 'custom_tool_call',
        name: 'patch',
        input: '*** Begin',
        id: expect.stringMatching(/^ctc_/),
      },
      { type: 'function_call', name: 'find', namespace: 'crm', arguments: '{"q":1}' },
      { type: 'shell_call', call_id: 'c2', action: { commands: ['ls'], timeout_ms: 5 } },
      { type: 'local_shell_call', action: { type: 'exec', command: ['ls', '-l'], env: {} } },
      { type: 'apply_patch_call', operation: { type: 'delete_file', path: 'a' } },
      { type: 'function_call', name: 'unknown__one' },
    ]);
    expect(typesOf(events)).toContain('custom_tool_call_input.delta');
  });

  it.each([
    ['length', 'incomplete', { reason: 'max_output_tokens' }],
    ['context-window', 'incomplete', { reason: 'max_output_tokens' }],
    ['content-filter', 'incomplete', { reason: 'content_filter' }],
    ['refusal', 'completed', null],
    ['malformed-call', 'completed', null],
    ['error', 'failed', null],
  ] as const)('says that an answer ended by %s is %s', (reason, status, details) => {
    const last = encodeStream([
      start,
      { type: 'finish', candidate: 0, finish: { reason } },
      { type: 'done' },
    ]).at(-1)!;
    expect(last['type']).toBe(`response.${status}`);
    expect(last['response']).toMatchObject({ status, incomplete_details: details });
  });

  it('says nothing of the end before it is asked for, and closes what was cut', () => {
    const encoder = new ResponsesStreamEncoder(makeContext());
    const events = [start, open(0, { kind: 'text' }), say(0, 'Half')];
    const before = Buffer.concat(events.flatMap((event) => [...encoder.push(event)])).toString();
    expect(before).not.toContain('.done');
    const after = encoder.terminal().toString();
    expect(after).toContain('response.output_text.done');
    expect(after).toContain('"incomplete_details":{"reason":"max_output_tokens"}');
  });

  it('shows pictures and sources, and counts what it cannot show', () => {
    const encoder = new ResponsesStreamEncoder(makeContext());
    const annotation = { kind: 'url', url: 'https://x', title: 't', start: 1, end: 3 } as const;
    const all: StreamEvent[] = [
      start,
      open(0, { kind: 'text' }),
      say(0, 'see'),
      { type: 'annotation', ...at(0), annotation },
      end(0),
      open(1, { kind: 'media', media: 'image', mime: 'image/webp' }),
      { type: 'bytes', ...at(1), delta: 'aGk=' },
      end(1),
      open(2, { kind: 'media', media: 'audio' }),
      end(2),
      { type: 'part', candidate: 1, part: 0, header: { kind: 'text' } },
      ...finish(),
    ];
    for (const event of all) encoder.push(event);
    expect(encoder.response()['output']).toMatchObject([
      {
        content: [
          {
            annotations: [{ type: 'url_citation', url: 'https://x', start_index: 1, end_index: 3 }],
          },
        ],
      },
      { type: 'image_generation_call', result: 'aGk=', output_format: 'webp' },
    ]);
    expect(encoder.losses.map(({ at: place, severity }) => [place, severity])).toEqual([
      ['stream.audio', 'fatal'],
      ['stream.candidates', 'fatal'],
    ]);
  });

  it('writes each paragraph of a summary into the one item that they are', () => {
    const response: CanonicalResponse = {
      id: '1',
      model: 'm',
      createdAt: 1,
      extras: {},
      losses: [],
      candidates: [
        {
          index: 0,
          parts: [{ kind: 'reasoning', summary: ['One.', 'Two.'] }],
          finish: { reason: 'stop' },
        },
      ],
    };
    expect(encodeResponse(response, makeContext()).body['output']).toMatchObject([
      { type: 'reasoning', summary: [{ text: 'One.' }, { text: 'Two.' }] },
    ]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { completionTokensOf, promptTokensOf, type JsonRecord } from '@turnpike/core';
import { chatClientCodec } from '../../families/openai-chat/client-codec.ts';
import { hasRecorded, readRecorded, readRecordedStream } from '../../families/testing/recorded.ts';
import { foldEvents } from '../../translate/event-folder.ts';
import { SseReader } from '../../wire/sse-reader.ts';
import { cohere } from './cohere.ts';
import { cohereCodec } from './cohere-codec.ts';

const path = { operation: 'chat', search: '', headers: {} } as const;

function encode(body: JsonRecord) {
  return cohereCodec.encodeRequest(chatClientCodec.decodeRequest(body, path), {
    model: body['model'] as string,
    dialect: cohere.dialect,
    config: {},
    scope: '',
  });
}

function read(stream: Buffer) {
  const reader = new SseReader();
  const decoder = cohereCodec.createStreamDecoder(cohere.dialect);
  const frames = [...reader.push(stream), ...reader.end()];
  return [...frames.flatMap((frame) => [...decoder.push(frame)]), ...decoder.end()];
}

describe('requests to Cohere', () => {
  it('have its names, its limits and plain text', () => {
    const call = { id: 't1', type: 'function', function: { name: 'wx', arguments: '{}' } };
    const tool = {
      type: 'function',
      function: { name: 'wx', parameters: { type: 'object', properties: {} } },
    };
    const { body } = encode({
      model: 'command-a-03-2025',
      messages: [
        { role: 'developer', content: 'S' },
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        { role: 'assistant', content: '', tool_calls: [call] },
        { role: 'tool', tool_call_id: 't1', content: '3C' },
      ],
      top_p: 1,
      top_k: 5,
      stop: 'END',
      tool_choice: 'required',
      tools: [tool],
    });

    expect(body).toEqual({
      model: 'command-a-03-2025',
      messages: [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'hi' },
        { role: 'assistant', tool_calls: [call] },
        { role: 'tool', tool_call_id: 't1', content: '3C' },
      ],
      p: 0.99,
      k: 5,
      stop_sequences: ['END'],
      tool_choice: 'REQUIRED',
      tools: [tool],
    });
  });

  it('keep one of two penalties, and say that a format beside tools is lost', () => {
    const { body, losses } = encode({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      frequency_penalty: 0.5,
      presence_penalty: 0.5,
      response_format: { type: 'json_object' },
      tools: [{ type: 'function', function: { name: 'wx', strict: true } }],
    });

    expect(body).toMatchObject({ frequency_penalty: 0.5, strict_tools: true });
    expect(body).not.toHaveProperty('presence_penalty');
    expect(body).not.toHaveProperty('response_format');
    expect(losses).toMatchObject([
      { severity: 'fatal', at: 'output.format' },
      { severity: 'warn', at: 'presence_penalty' },
    ]);
  });
});

describe('what Cohere has no word for', () => {
  it('is counted, and never in words of the client', () => {
    const { losses } = encode({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      n: 2,
      logit_bias: { '5': 1 },
      user: 'u',
      my_own: true,
    });
    expect(losses.map(({ severity, at }) => `${severity} ${at}`).sort()).toEqual([
      'fatal n',
      'info user',
      'warn logit_bias',
      'warn others',
    ]);
  });

  it('is nothing where it means nothing', () => {
    const messages = [{ role: 'user', content: 'hi' }];
    const silent = { n: 1, logprobs: false, parallel_tool_calls: true, user: null };
    expect(encode({ model: 'm', messages, ...silent }).losses).toEqual([]);
  });
});

describe('answers of Cohere', () => {
  it('are read with plan, call and the tokens that went through the model', () => {
    const events = [
      {
        id: 'm1',
        type: 'message-start',
        delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [] } },
      },
      { type: 'tool-plan-delta', delta: { message: { tool_plan: 'I will check.' } } },
      {
        type: 'tool-call-start',
        index: 0,
        delta: {
          message: {
            tool_calls: { id: 'wx_1', type: 'function', function: { name: 'wx', arguments: '' } },
          },
        },
      },
      {
        type: 'tool-call-delta',
        index: 0,
        delta: { message: { tool_calls: { function: { arguments: '{"c":1}' } } } },
      },
      { type: 'tool-call-end', index: 0 },
      {
        type: 'message-end',
        delta: {
          finish_reason: 'TOOL_CALL',
          usage: {
            billed_units: { input_tokens: 20, output_tokens: 9 },
            tokens: { input_tokens: 900, output_tokens: 30 },
          },
        },
      },
    ];
    const stream = events.map(
      (event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
    );
    const answer = foldEvents(read(Buffer.from(stream.join(''))));

    expect(answer).toMatchObject({
      id: 'm1',
      candidates: [
        {
          parts: [
            { kind: 'reasoning', text: 'I will check.' },
            { kind: 'tool-call', callId: 'wx_1', name: 'wx', argumentsJson: '{"c":1}' },
          ],
          finish: { reason: 'tool-calls' },
        },
      ],
    });
    expect(promptTokensOf(answer.usage!)).toBe(900);
    expect(completionTokensOf(answer.usage!)).toBe(30);
  });
});

const recorded = hasRecorded ? describe : describe.skip;

recorded('recorded answers of Cohere', () => {
  const decode = (name: string) =>
    cohereCodec.decodeResponse(
      JSON.parse(readRecorded(`cohere/${name}.json`).toString()) as JsonRecord,
      cohere.dialect,
    );

  it('with citations', () => {
    const answer = decode('cohere-citations');

    expect(answer.candidates[0]?.parts.some(({ kind }) => kind === 'text')).toBe(true);
    expect(answer.usage).toBeDefined();
  });

  it('that were cut for length', () => {
    expect(decode('cohere-max-tokens').candidates[0]?.finish.reason).toBe('length');
  });

  it('whose call has no arguments', () => {
    const [call] = decode('cohere-null-args').candidates[0]!.parts.filter(
      ({ kind }) => kind === 'tool-call',
    );

    expect(call).toMatchObject({ argumentsJson: '{}' });
  });

  it('whose call has none in a stream either', () => {
    const stream = readRecordedStream('cohere/cohere-empty-tool-call.chunks.txt', true);
    const answer = foldEvents(read(stream));
    const calls = answer.candidates[0]!.parts.filter(({ kind }) => kind === 'tool-call');

    expect(calls).toHaveLength(1);
    expect(answer.candidates[0]?.finish.reason).toBe('tool-calls');
    expect(answer.usage).toBeDefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import { foldEvents } from '../../translate/event-folder.ts';
import type { CanonicalRequest, JsonRecord } from '@turnpike/core';
import { chatClientCodec } from '../../families/openai-chat/client-codec.ts';
import { JsonValueReader } from '../../wire/json-value-reader.ts';
import { ollama } from './ollama.ts';
import { ollamaCodec } from './ollama-codec.ts';

const path = { operation: 'chat', search: '', headers: {} } as const;

function decode(body: JsonRecord): CanonicalRequest {
  return chatClientCodec.decodeRequest(body, path);
}

function encode(body: JsonRecord) {
  return ollamaCodec.encodeRequest(decode(body), {
    model: body['model'] as string,
    dialect: ollama.dialect,
    config: {},
    scope: '',
  });
}

function read(lines: readonly object[]) {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const reader = new JsonValueReader();
  const decoder = ollamaCodec.createStreamDecoder(ollama.dialect);
  const frames = [...reader.push(Buffer.from(text)), ...reader.end()];
  return [...frames.flatMap((frame) => [...decoder.push(frame)]), ...decoder.end()];
}

const at = '2026-01-15T10:30:00.123Z';

describe('requests to Ollama', () => {
  it('put settings into options, and say that no stream is wanted', () => {
    const { body, losses } = encode({
      model: 'llama3.1:8b',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0=' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'wx', arguments: '{"c":1}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: '3C' },
      ],
      max_tokens: 10,
      stop: 'END',
      num_ctx: 4096,
      response_format: { type: 'json_object' },
    });

    expect(body).toEqual({
      model: 'llama3.1:8b',
      stream: false,
      format: 'json',
      messages: [
        { role: 'user', content: 'a\nb', images: ['iVBORw0='] },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ function: { name: 'wx', arguments: { c: 1 } } }],
        },
        { role: 'tool', tool_name: 'wx', content: '3C' },
      ],
      options: { num_predict: 10, stop: ['END'], num_ctx: 4096 },
    });
    expect(losses).toEqual([]);
  });

  it.each([
    ['q', 'none', false],
    ['q', 'high', true],
    ['gpt-oss:20b', 'minimal', 'low'],
    ['gpt-oss:20b', 'high', 'high'],
  ])('make %s think by %s', (model, reasoning_effort, think) => {
    const messages = [{ role: 'user', content: 'Hi' }];

    expect(encode({ model, messages, reasoning_effort }).body['think']).toBe(think);
  });

  it('tell what cannot be had: pictures by address, calls by force', () => {
    const { body, losses } = encode({
      model: 'q',
      messages: [
        {
          role: 'user',
          content: [{ type: 'image_url', image_url: { url: 'https://x.example/a.png' } }],
        },
      ],
      tools: [{ type: 'function', function: { name: 'f' } }],
      tool_choice: 'required',
    });

    expect(losses.map(({ severity }) => severity).sort()).toEqual(['fatal', 'warn']);
    expect(body['tools']).toHaveLength(1);
  });
});

describe('what Ollama has no word for', () => {
  it('is counted', () => {
    const messages = [{ role: 'user', content: 'hi' }];
    const { losses } = encode({ model: 'q', messages, n: 3, logit_bias: { '5': 1 }, min_p: 0.1 });
    expect(losses.map(({ severity, at }) => `${severity} ${at}`).sort()).toEqual([
      'fatal n',
      'warn logit_bias',
    ]);
  });
});

describe('answers of Ollama', () => {
  it('are read line by line, with thoughts and figures', () => {
    const answer = foldEvents(
      read([
        { model: 'q', created_at: at, message: { role: 'assistant', thinking: 'Hm' }, done: false },
        { model: 'q', created_at: at, message: { role: 'assistant', content: 'Hi' }, done: false },
        {
          model: 'q',
          created_at: at,
          message: { role: 'assistant', content: '' },
          done: true,
          done_reason: 'length',
          prompt_eval_count: 11,
          eval_count: 18,
        },
      ]),
    );

    expect(answer).toMatchObject({
      model: 'q',
      createdAt: 1_768_473_000,
      usage: { input: { uncached: 11 }, output: { text: 18 } },
      candidates: [
        {
          parts: [
            { kind: 'reasoning', text: 'Hm' },
            { kind: 'text', text: 'Hi' },
          ],
          finish: { reason: 'length' },
        },
      ],
    });
  });

  it('call tools whole, streamed or not', () => {
    const line = {
      model: 'q',
      message: { content: '', tool_calls: [{ function: { name: 'now', arguments: { a: 1 } } }] },
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 5,
      eval_count: 6,
    };
    const whole = ollamaCodec.decodeResponse(line, ollama.dialect);
    const streamed = foldEvents(
      read([
        { ...line, done: false },
        { model: 'q', done: true },
      ]),
    );

    for (const { candidates } of [whole, streamed]) {
      expect(candidates[0]).toMatchObject({
        parts: [{ kind: 'tool-call', name: 'now', argumentsJson: '{"a":1}' }],
        finish: { reason: 'tool-calls' },
      });
    }
  });

  it('may break off with an error and a good status', () => {
    const events = read([
      { model: 'q', message: { content: 'Hi' }, done: false },
      { error: 'unexpected EOF' },
    ]);

    expect(events.slice(-2)).toMatchObject([
      { type: 'error', error: { message: 'unexpected EOF' } },
      { type: 'done' },
    ]);
  });
});

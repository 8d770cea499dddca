import { describe, expect, it } from '@jest/globals';
import { promptTokensOf, type Operation } from '@turnpike/core';
import type { Dialect } from '../codec.ts';
import { readAnswer, type AnswerFacts } from './read-answer.ts';
import { hasRecorded, readRecorded } from './testing/recorded.ts';

const dialect: Dialect = { streamUsage: 'on-request' };

function read(
  body: object | string | Buffer,
  operation: Operation = 'chat',
  contentType = 'application/json',
): AnswerFacts {
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return readAnswer(bytes, { operation, dialect, contentType });
}

describe('readAnswer', () => {
  it('reads a chat answer without parsing its choices', () => {
    const facts = read({
      choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
      service_tier: 'default',
    });

    expect(facts).toMatchObject({
      isUnreadable: false,
      error: undefined,
      images: 0,
      serviceTier: 'default',
    });
    expect(promptTokensOf(facts.usage!)).toBe(9);
    expect(facts.generatedText()).toBe('Hi');
  });

  it('reads a body behind blank lines, which keep its connection alive', () => {
    expect(read('\n\n\n{"choices":[],"usage":{"total_tokens":3}}').usage).toBeDefined();
  });

  it.each([
    ['short', {}],
    ['long', { filler: 'x'.repeat(9000) }],
  ])('takes a %s answer that was broken off for a failure', (_, more) => {
    const body = { ...more, usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } };
    const choices = (reason: string) => [
      { message: { content: '"aborted" "network_error"' }, finish_reason: reason },
    ];
    expect(read({ ...body, choices: choices('insufficient_system_resource') }).error).toMatchObject(
      { status: 503, code: 'insufficient_system_resource' },
    );
    expect(read({ ...body, choices: choices('stop') }).error).toBeUndefined();
  });

  it('gathers all generated text: reasoning, parts, refusals and calls', () => {
    const facts = read({
      choices: [
        {
          message: {
            reasoning_content: 'Hm. ',
            content: [
              { type: 'thinking', thinking: [{ text: 'So. ' }] },
              { type: 'text', text: 'Yes. ' },
            ],
            refusal: 'No. ',
            tool_calls: [{ function: { name: 'f', arguments: '{}' } }],
          },
        },
        { text: ' More.' },
      ],
    });

    expect(facts.generatedText()).toBe('Hm. So. Yes. No. f{} More.');
  });

  it('gathers the text of a Responses answer', () => {
    const output = [
      { type: 'reasoning', summary: [{ text: 'Hm. ' }] },
      { type: 'message', content: [{ type: 'output_text', text: 'Yes. ' }] },
      { type: 'function_call', name: 'f', arguments: '{}' },
    ];

    expect(read({ object: 'response', output }, 'responses').generatedText()).toBe('Hm. Yes. f{}');
  });

  it.each<[string, object, number]>([
    ['an error object', { error: { message: 'm', code: 'rate_limit_exceeded' } }, 429],
    ['an error beside choices', { choices: [], error: { code: 502, message: 'm' } }, 502],
    ['an error text', { code: 'x', error: 'm' }, 500],
    ['base_resp', { choices: null, base_resp: { status_code: 1008, status_msg: 'm' } }, 500],
    ['a flat error', { code: 11200, message: 'm', sid: 's' }, 500],
    [
      'a failed response',
      {
        object: 'response',
        status: 'failed',
        output: [],
        error: { message: 'm', code: 'server_error' },
      },
      500,
    ],
  ])('finds %s that came with 200', (_title, body, status) => {
    expect(read(body)).toMatchObject({
      isUnreadable: false,
      error: { message: 'm', status },
      usage: undefined,
    });
  });

  it.each<[string, object, Operation]>([
    ['a success code (Xunfei)', { code: 0, message: 'Success', sid: 's', choices: [{}] }, 'chat'],
    ['base_resp 0', { choices: [{}], base_resp: { status_code: 0, status_msg: '' } }, 'chat'],
    [
      'error null',
      { output: [], error: null, object: 'response', status: 'completed' },
      'responses',
    ],
  ])('takes %s for no error', (_title, body, operation) => {
    expect(read(body, operation)).toMatchObject({ isUnreadable: false, error: undefined });
  });

  it.each<[string, Operation, string]>([
    ['<html></html>', 'chat', 'text/html'],
    ['{"choices":[', 'chat', 'application/json'],
    ['{}', 'chat', 'application/json'],
    ['{"ok":true}', 'embeddings', 'application/json'],
    ['[]', 'chat', 'application/json'],
    ['', 'chat', 'application/json'],
    ['<html></html>', 'transcription', 'text/html'],
    ['oops', 'speech', 'text/plain'],
  ])('cannot read %j as an answer to %s', (body, operation, contentType) => {
    expect(read(body, operation, contentType).isUnreadable).toBe(true);
  });

  it('counts pictures, and their tokens as pictures', () => {
    const facts = read(
      {
        created: 1,
        data: [
          { b64_json: 'A'.repeat(100_000), revised_prompt: '"url" and "b64_json"' },
          { b64_json: 'B' },
        ],
        usage: { input_tokens: 10, output_tokens: 4000, total_tokens: 4010 },
      },
      'image-generation',
    );

    expect(facts.images).toBe(2);
    expect(facts.usage?.output.image).toBe(4000);
    expect(read({ data: [{ url: 'https://x/1' }] }, 'image-edit').images).toBe(1);
    expect(read({ images: [{ url: 'a' }, { url: 'b' }] }, 'image-generation').images).toBe(2);
  });

  it('reads how long the audio was', () => {
    expect(read({ text: 'Hi', duration: 36.7 }, 'transcription').seconds).toBe(36.7);
    expect(read({ text: 'Hi', duration: '3.5' }, 'transcription').seconds).toBe(3.5);
    expect(
      read({ text: 'Hi', usage: { type: 'duration', seconds: 9 } }, 'transcription').seconds,
    ).toBe(9);
    expect(read({ text: 'Hi' }, 'transcription').seconds).toBeUndefined();
  });

  it.each([
    ['plain text', ' Hello there.\n', 'Hello there.'],
    [
      'SRT',
      '1\n00:00:00,000 --> 00:00:02,000\nHello\nthere.\n\n2\n00:00:02,000 --> 00:00:03,000\nBye.\n',
      'Hello\nthere.\nBye.',
    ],
    ['WebVTT', 'WEBVTT\n\nNOTE x\n\n00:00.000 --> 00:02.000\nHello there.\n', 'Hello there.'],
  ])('reads the words of a transcript as %s', (_title, body, words) => {
    const facts = read(body, 'transcription', 'text/plain');

    expect(facts.isUnreadable).toBe(false);
    expect(facts.generatedText()).toBe(words);
  });

  it('takes bytes for speech', () => {
    expect(read(Buffer.from([0xff, 0xf3, 0x00]), 'speech', 'audio/mpeg').isUnreadable).toBe(false);
  });
});

(hasRecorded ? describe : describe.skip)('readAnswer on recorded answers', () => {
  it.each<[string, Operation]>([
    ['deepseek/chat/deepseek-reasoning.json', 'chat'],
    ['alibaba/alibaba-tool-call.json', 'chat'],
    ['mistral/mistral-reasoning.json', 'chat'],
    ['openai/completion/openai-completion-text.json', 'completions'],
    ['azure/azure-code-interpreter-tool.1.json', 'responses'],
    ['open-responses/responses/lmstudio-tool-call.1.json', 'responses'],
    ['openai/responses/openai-shell-container.1.json', 'responses'],
  ])('reads usage and text of %s', (path, operation) => {
    const facts = read(readRecorded(path), operation);

    expect(facts).toMatchObject({ isUnreadable: false, error: undefined });
    expect(promptTokensOf(facts.usage!)).toBeGreaterThan(0);
    expect(facts.generatedText().length).toBeGreaterThan(0);
  });

  it('counts recorded pictures and seconds', () => {
    expect(read(readRecorded('openai/image/openai-image.json'), 'image-generation').images).toBe(2);
    expect(
      read(readRecorded('openai/transcription/openai-transcription.json'), 'transcription').seconds,
    ).toBe(37); // what the vendor bills, not how long the audio is
  });

  it.each([
    ['openai/responses/openai-error.1.json', 'insufficient_quota'],
    ['openai/responses/reasoning-model-temperature-error.json', ''],
  ])('finds the error of %s', (path, code) => {
    expect(read(readRecorded(path), 'responses').error).toMatchObject({ code });
  });
});

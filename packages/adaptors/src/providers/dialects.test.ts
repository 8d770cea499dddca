import { describe, expect, it } from '@jest/globals';
import type { Operation, Usage } from '@turnpike/core';
import { dialectOf } from '../codec.ts';
import { createStreamTap } from '../families/create-stream-tap.ts';
import { classifyFailure } from '../families/openai-chat/classify-failure.ts';
import { planBodyEdits } from '../families/openai-chat/plan-body-edits.ts';
import { readUpstreamError } from '../families/openai-chat/read-error.ts';
import { readJsonRequest } from '../families/openai-chat/read-request.ts';
import { readAnswer } from '../families/read-answer.ts';
import { probeJson } from '../wire/json-probe.ts';
import { spliceJson } from '../wire/splice-json.ts';
import { findProvider } from './index.ts';

const messages = [{ role: 'user', content: 'hi' }];

function dialectFor(channelType: number, operation: Operation = 'chat') {
  return dialectOf(findProvider(channelType)!, { operation, config: {} });
}

/** The body that an upstream gets, as JSON. */
function encode(channelType: number, operation: Operation, body: object): unknown {
  const probe = probeJson(Buffer.from(JSON.stringify(body)));
  const facts = readJsonRequest(operation, probe);
  const { edits } = planBodyEdits({
    probe,
    facts,
    upstreamModel: facts.model,
    dialect: dialectFor(channelType, operation),
    hasStreamOptions: operation === 'chat',
  });
  return JSON.parse(Buffer.concat(spliceJson(probe, edits).slices).toString());
}

describe('requests', () => {
  it.each<[string, number, object, object]>([
    ['Mistral', 28, { seed: 7, user: 'u', stream: true }, { random_seed: 7, stream: true }],
    ['Mistral', 28, { max_completion_tokens: 9 }, { max_tokens: 9 }],
    [
      'Moonshot',
      25,
      { temperature: 1.4, stream: true },
      { temperature: 1, stream: true, stream_options: { include_usage: true } },
    ],
    ['Baichuan', 26, { temperature: 1.5, top_p: 1 }, { temperature: 1, top_p: 0.99 }],
    [
      '01.AI',
      31,
      { top_p: 1, stream: true },
      { top_p: 0.99, stream: true, stream_options: { include_usage: true } },
    ],
    ['DeepSeek', 36, { max_completion_tokens: 9 }, { max_tokens: 9 }],
    ['StepFun', 32, { max_completion_tokens: 9, stream: true }, { max_tokens: 9, stream: true }],
    ['Ark', 40, { max_tokens: 100, max_completion_tokens: 200 }, { max_completion_tokens: 200 }],
    ['MiniMax', 27, { temperature: 0 }, { temperature: 0.01 }],
    ['FastGPT', 22, { stream: false }, { stream: false, detail: false }],
    ['FastGPT', 22, { detail: true }, { detail: true }],
    [
      'Zhipu',
      16,
      { temperature: 1.6, top_p: 1, stream: true, stream_options: { include_usage: true } },
      { temperature: 1, top_p: 0.99, stream: true },
    ],
    ['Bailian', 49, { top_p: 1, temperature: 2 }, { top_p: 0.999, temperature: 1.99 }],
    ['Spark', 48, { presence_penalty: -1 }, { presence_penalty: 0 }],
    ['Spark', 48, { tools: [] }, { tools: [], tool_calls_switch: true }],
    ['OpenAI', 1, { seed: 7, unheard: { of: 1 } }, { seed: 7, unheard: { of: 1 } }],
  ])('to %s say what it accepts', (_name, channelType, asked, sent) => {
    const body = { model: 'm', messages, ...asked };
    expect(encode(channelType, 'chat', body)).toEqual({ model: 'm', messages, ...sent });
  });

  it('for pictures name the size as SiliconFlow does', () => {
    const body = { model: 'm', prompt: 'cat', n: 2, size: '512x512' };
    expect(encode(44, 'image-generation', body)).toEqual({
      model: 'm',
      prompt: 'cat',
      batch_size: 2,
      image_size: '512x512',
    });
    expect(encode(44, 'chat', { model: 'm', messages, n: 2 })).toHaveProperty('n', 2);
  });

  it('for pictures leave out what xAI refuses', () => {
    const body = { model: 'm', prompt: 'cat', n: 2, size: '512x512', quality: 'hd' };
    expect(encode(45, 'image-generation', body)).toEqual({ model: 'm', prompt: 'cat', n: 2 });
  });

  it('for vectors name the dimensions as Mistral does', () => {
    const body = { model: 'm', input: 'a', dimensions: 256 };
    expect(encode(28, 'embeddings', body)).toEqual({
      model: 'm',
      input: 'a',
      output_dimension: 256,
    });
  });
});

function usageOfStream(channelType: number, frames: readonly string[]): Usage | undefined {
  const tap = createStreamTap({
    operation: 'chat',
    isEventStream: true,
    isStream: true,
    dialect: dialectFor(channelType),
    hideUsage: true,
  })!;
  for (const frame of frames) tap.push(Buffer.from(`data: ${frame}\n\n`));
  tap.end();
  return tap.facts.usage;
}

const choice = (content: string, finish: string | null = null) =>
  `"choices":[{"index":0,"delta":{"content":"${content}"},"finish_reason":${JSON.stringify(finish)}}]`;

describe('usage in streams', () => {
  it.each<[string, number, string[], [number, number, number, number]]>([
    [
      'Groq',
      29,
      [
        `{${choice('a')}}`,
        `{${choice('', 'stop')},"x_groq":{"usage":{"prompt_tokens":70,"completion_tokens":30,"total_tokens":100,"completion_tokens_details":{"reasoning_tokens":12}}}}`,
      ],
      [70, 0, 18, 12],
    ],
    [
      'StepFun, which reports it on every chunk',
      32,
      [
        `{${choice('A')},"usage":{"prompt_tokens":80,"completion_tokens":1,"total_tokens":81}}`,
        `{${choice('', 'stop')},"usage":{"prompt_tokens":80,"completion_tokens":2,"total_tokens":82}}`,
      ],
      [80, 0, 2, 0],
    ],
    [
      'DeepSeek, with cache hits',
      36,
      [
        `{${choice('4')}}`,
        `{${choice('', 'stop')},"usage":{"prompt_tokens":12,"completion_tokens":20,"total_tokens":32,"prompt_cache_hit_tokens":8,"prompt_cache_miss_tokens":4,"completion_tokens_details":{"reasoning_tokens":18}}}`,
      ],
      [4, 8, 2, 18],
    ],
    [
      'Moonshot, inside the choice',
      25,
      [
        `{${choice('Hi')}}`,
        '{"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":8,"completion_tokens":1,"total_tokens":9}}]}',
      ],
      [8, 0, 1, 0],
    ],
    [
      'xAI, whose completion leaves reasoning out',
      45,
      [
        `{${choice('a', 'stop')}}`,
        '{"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5,"total_tokens":250,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":233}}}',
      ],
      [8, 4, 5, 233],
    ],
  ])('is read from %s', (_name, channelType, frames, [uncached, cacheRead, text, reasoning]) => {
    expect(usageOfStream(channelType, [...frames, '[DONE]'])).toMatchObject({
      input: { uncached, cacheRead },
      output: { text, reasoning },
      source: 'reported',
    });
  });
});

describe('a stream of Azure', () => {
  it('reaches the client without the empty first frame and the usage it did not ask for', () => {
    const frames = [
      '{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[]}',
      '{"choices":[{"delta":{"content":"","role":"assistant"},"finish_reason":null,"index":0}],"usage":null}',
      '{"choices":[{"delta":{"content":"Hi"},"finish_reason":null,"index":0}],"usage":null}',
      '{"choices":[{"delta":{},"finish_reason":"stop","index":0}],"usage":null}',
      '{"choices":[],"usage":{"prompt_tokens":8,"completion_tokens":1,"total_tokens":9}}',
    ].map((frame) => `data: ${frame}\n\n`);
    const tap = createStreamTap({
      operation: 'chat',
      isEventStream: true,
      isStream: true,
      dialect: dialectFor(3),
      hideUsage: true,
    })!;
    const sent = [...frames, 'data: [DONE]\n\n'].flatMap((frame) => tap.push(Buffer.from(frame)));
    sent.push(...tap.end(), tap.terminal());
    expect(Buffer.concat(sent).toString()).toBe(
      [...frames.slice(1, 4), 'data: [DONE]\n\n'].join(''),
    );
    expect(tap.facts.usage).toMatchObject({ input: { uncached: 8 }, output: { text: 1 } });
  });
});

function readChat(channelType: number, body: object) {
  return readAnswer(Buffer.from(JSON.stringify(body)), {
    operation: 'chat',
    dialect: dialectFor(channelType),
    contentType: 'application/json',
  });
}

describe('answers', () => {
  it('of FastGPT are counted here where it has not counted', () => {
    const choices = [{ index: 0, message: { content: 'Hello' }, finish_reason: 'stop' }];
    const ones = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 1 };
    const real = { prompt_tokens: 40, completion_tokens: 2, total_tokens: 42 };
    expect(readChat(22, { choices, usage: ones }).usage).toBeUndefined();
    expect(readChat(22, { choices, usage: real }).usage).toMatchObject({ input: { uncached: 40 } });
  });

  it.each([
    [1002, 429],
    [1004, 401],
    [1008, 402],
    [1027, 400],
    [2013, 400],
  ])('of MiniMax that say %d are errors with status %d', (code, status) => {
    const body = { choices: null, base_resp: { status_code: code, status_msg: 'no' } };
    expect(readChat(27, body).error).toMatchObject({ status, message: 'no', code: String(code) });
  });

  it('of Spark that say 11200 mean an account without the right', () => {
    const error = readChat(48, { code: 11200, message: 'AppIdNoAuthError', sid: 's' }).error;
    expect(error).toMatchObject({ status: 403, code: '11200' });
  });
});

function isDisabledBy(channelType: number, status: number, body: unknown): boolean {
  const dialect = dialectFor(channelType);
  const error = readUpstreamError(status, {}, Buffer.from(JSON.stringify(body)), { dialect });
  return classifyFailure({ kind: 'refused', error }, { secret: 'K' }, dialect).disablesChannel;
}

describe('a channel', () => {
  it.each<[string, number, number, object]>([
    ['Ark', 40, 403, { error: { code: 'AccountOverdueError', message: 'no', type: 'Forbidden' } }],
    ['Moonshot', 25, 429, { error: { type: 'exceeded_current_quota_error', message: 'no' } }],
    ['SiliconFlow', 44, 403, { code: 30001, message: 'no', data: null }],
    ['Zhipu', 16, 429, { error: { code: '1113', message: 'no' } }],
    ['Bailian', 49, 400, { error: { code: 'Arrearage', message: 'no', type: 'Arrearage' } }],
    ['FastGPT', 22, 500, { code: 514, statusText: 'unAuthApiKey', message: 'no', data: null }],
  ])('of %s is switched off when its account is lost', (_name, channelType, status, body) => {
    expect(isDisabledBy(channelType, status, body)).toBe(true);
  });

  it.each<[string, number, number, object]>([
    ['Moonshot', 25, 429, { error: { type: 'rate_limit_reached_error', message: 'slow down' } }],
    ['Zhipu', 16, 429, { error: { code: '1302', message: 'slow down' } }],
    ['Bailian', 49, 429, { error: { code: 'insufficient_quota', message: 'slow down' } }],
    ['Ark', 40, 404, { error: { code: 'InvalidEndpointOrModel.NotFound', message: 'no model' } }],
  ])('of %s stays when it is only asked to wait', (_name, channelType, status, body) => {
    expect(isDisabledBy(channelType, status, body)).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import { isGatewayError, type Operation } from '@turnpike/core';
import { probeJson } from '../../wire/json-probe.ts';
import { readJsonRequest, type BodyFacts } from './read-request.ts';

const messages = [{ role: 'user', content: 'Hi' }];

function read(body: object | string, operation: Operation = 'chat', pathModel?: string): BodyFacts {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readJsonRequest(operation, probeJson(Buffer.from(text)), pathModel);
}

function refusalOf(body: object | string, operation: Operation = 'chat'): unknown {
  try {
    read(body, operation);
  } catch (error) {
    if (isGatewayError(error)) return { code: error.code, param: error.details.param };
    throw error;
  }
  return undefined;
}

describe('readJsonRequest', () => {
  it('reads what prices and routes a chat', () => {
    const facts = read({
      model: 'm',
      messages,
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 10,
      max_completion_tokens: 20,
      n: 2,
      service_tier: 'flex',
      prompt_cache_key: 'k',
    });

    expect(facts).toMatchObject({
      model: 'm',
      isModelImplied: false,
      isStream: true,
      wantsUsage: true,
      hasTextOutput: true,
      declaredOutput: 20,
      choices: 2,
      serviceTier: 'flex',
      affinityKey: 'k',
      duplicatedKeys: [],
    });
  });

  it('takes null for not given', () => {
    expect(
      read({ model: 'm', messages, stream: null, n: null, max_tokens: null, stream_options: null }),
    ).toMatchObject({
      isStream: false,
      wantsUsage: false,
      declaredOutput: undefined,
      choices: 1,
    });
  });

  it.each<[Operation, object, string | undefined]>([
    ['chat', {}, 'messages'],
    ['chat', { messages: [] }, 'messages'],
    ['chat', { messages: 'Hi' }, 'messages'],
    ['chat', { messages: null }, 'messages'],
    ['completions', { prompt: '' }, 'prompt'],
    ['completions', { prompt: 5 }, 'prompt'],
    ['completions', {}, undefined],
    ['completions', { prompt: ['a', 'b'] }, undefined],
    ['edits', {}, 'instruction'],
    ['embeddings', {}, 'input'],
    ['embeddings', { input: '' }, 'input'],
    ['embeddings', { input: [] }, 'input'],
    ['embeddings', { input: [1, 2] }, undefined],
    ['moderations', { input: '' }, 'input'],
    ['moderations', { input: [{ type: 'text', text: 'x' }] }, undefined],
    ['image-generation', { size: '1x1' }, 'prompt'],
    ['speech', { voice: 'x' }, 'input'],
    ['responses', {}, undefined],
    ['responses', { input: 'x', background: false }, undefined],
  ])('checks that %s with %j has what it needs (%s)', (operation, body, param) => {
    const refusal = refusalOf({ model: 'm', ...body }, operation);

    expect(refusal).toEqual(param === undefined ? undefined : { code: 'invalid_request', param });
  });

  it.each([
    [{ messages }, 'model'],
    [{ model: '', messages }, 'model'],
    [{ model: '  ', messages }, 'model'],
    [{ model: null, messages }, 'model'],
    [{ model: 5, messages }, 'model'],
    [{ model: 'm', messages, stream: 'true' }, 'stream'],
    [{ model: 'm', messages, stream: 1 }, 'stream'],
    [{ model: 'm', messages, stream_options: [] }, 'stream_options'],
    [{ model: 'm', messages, max_tokens: -1 }, 'max_tokens'],
    [{ model: 'm', messages, max_tokens: 1_073_741_824 }, 'max_tokens'],
    [{ model: 'm', messages, max_tokens: '5' }, 'max_tokens'],
    [{ model: 'm', messages, max_completion_tokens: -1 }, 'max_completion_tokens'],
    [{ model: 'm', messages, n: 0 }, 'n'],
    [{ model: 'm', messages, n: 129 }, 'n'],
    [{ model: 'm', messages, n: 1.5 }, 'n'],
    [{ Model: 'dear', model: 'm', messages }, 'Model'],
    [{ model: 'm', MAX_TOKENS: 9, messages }, 'MAX_TOKENS'],
  ])('refuses %j by its field', (body, param) => {
    expect(refusalOf(body)).toEqual({ code: 'invalid_request', param });
  });

  it('reads the last of two members, and names those that occur twice', () => {
    const facts = read(
      '{"model":"cheap","messages":[1],"stream":false,"model":"dear","stream":true}',
    );

    expect(facts).toMatchObject({
      model: 'dear',
      isStream: true,
      duplicatedKeys: ['model', 'stream'],
    });
  });

  it('takes the model from the path, or the one that the operation stands for', () => {
    expect(read({ input: 'x' }, 'embeddings', 'ada')).toMatchObject({
      model: 'ada',
      isModelImplied: true,
    });
    expect(read({ input: 'x' }, 'moderations').model).toBe('text-moderation-stable');
    expect(read({ prompt: 'x' }, 'image-generation').model).toBe('dall-e-2');
  });

  it('estimates text by its bytes: a third softly, all of them at most', () => {
    const body = { model: 'm', messages: [{ role: 'user', content: 'x'.repeat(30_000) }] };
    const bytes = JSON.stringify(body).length;
    const { estimate } = read(body);

    expect(estimate.soft).toEqual({ inputTokens: Math.ceil(bytes / 3), outputTokens: 1024 });
    expect(estimate.hard.inputTokens).toBe(bytes);
  });

  it('estimates output by the declared limit, for each choice', () => {
    expect(read({ model: 'm', messages, max_tokens: 50, n: 3 }).estimate.soft.outputTokens).toBe(
      150,
    );
    expect(read({ model: 'm', input: 'x' }, 'embeddings').estimate.soft.outputTokens).toBe(0);
  });

  it('estimates pictures by their kind, not by the bytes of their encoding', () => {
    const url = `data:image/png;base64,${'A'.repeat(3_000_000)}`;
    const withImage = (model: string) =>
      read({
        model,
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
      });

    expect(withImage('gpt-4o').estimate.soft.inputTokens).toBeLessThan(1300);
    expect(withImage('gpt-4o').estimate.hard.inputTokens).toBeLessThan(6000);
    expect(withImage('gpt-4o-mini').estimate.hard.inputTokens).toBeGreaterThan(48_000);
  });

  it('estimates what is only named here by a constant, a context window at most', () => {
    const content = [{ type: 'image_url', image_url: { url: 'https://example.com/x.png' } }];
    const { estimate } = read({ model: 'm', messages: [{ role: 'user', content }] });

    expect(estimate.soft.inputTokens).toBeGreaterThan(1000);
    expect(estimate.hard.inputTokens).toBeGreaterThan(1_000_000);
    const stored = read({ model: 'm', input: 'x', previous_response_id: 'r' }, 'responses');
    expect(stored.estimate.hard.inputTokens).toBeGreaterThan(1_000_000);
    expect(stored.affinityKey).toBe('r');
  });

  it('estimates pictures and characters to be made', () => {
    expect(read({ prompt: 'x', n: 3, size: 'a', quality: 'hd' }, 'image-generation')).toMatchObject(
      {
        hasTextOutput: false,
        size: 'a',
        quality: 'hd',
        estimate: { soft: { images: 3, outputTokens: 3168 } },
      },
    );
    expect(
      read({ model: 'tts-1', input: 'x'.repeat(100), voice: 'v', stream_format: 'sse' }, 'speech'),
    ).toMatchObject({ isStream: true, estimate: { hard: { characters: 102 } } });
  });
});

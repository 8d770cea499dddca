import { describe, expect, it } from '@jest/globals';
import type { BalanceRequest, ModelListAccount, ModelListAnswer } from '@turnpike/core';
import { findModelListQuery } from './model-list-queries.ts';

function ask(
  channelType: number,
  bodies: readonly unknown[],
  account: Partial<ModelListAccount> = {},
): { requests: BalanceRequest[]; answer: ModelListAnswer } {
  const query = findModelListQuery(channelType)!({
    ...{ baseUrl: '', key: 'sk-k', config: {} },
    ...account,
  });
  const requests: BalanceRequest[] = [];
  let step = query.next();
  for (const body of bodies) {
    if (step.done === true) break;
    requests.push(step.value);
    step = query.next(body);
  }
  if (step.done !== true) throw new Error('it wants another answer');
  return { requests, answer: step.value };
}

const list = { object: 'list', data: [{ id: 'm-1' }, { id: 'm-2' }, { name: 'no id' }] };

describe('findModelListQuery', () => {
  it.each([
    [1, {}, 'https://api.openai.com/v1/models'],
    [
      1,
      { baseUrl: 'https://proxy.example.com/openai/v1/' },
      'https://proxy.example.com/openai/v1/models',
    ],
    [8, { baseUrl: 'http://10.0.0.1:8000' }, 'http://10.0.0.1:8000/v1/models'],
    [16, {}, 'https://open.bigmodel.cn/api/paas/v4/models'],
    [20, {}, 'https://openrouter.ai/api/v1/models'],
    [28, {}, 'https://api.mistral.ai/v1/models'],
    [29, {}, 'https://api.groq.com/openai/v1/models'],
    [36, {}, 'https://api.deepseek.com/v1/models'],
    [40, {}, 'https://ark.cn-beijing.volces.com/api/v3/models'],
    [49, {}, 'https://dashscope.aliyuncs.com/compatible-mode/v1/models'],
    [50, { baseUrl: 'https://host.example.com/v1' }, 'https://host.example.com/v1/models'],
    [51, {}, 'https://generativelanguage.googleapis.com/v1beta/openai/models'],
  ])("asks type %i as OpenAI's clients do: %o", (channelType, account, url) => {
    const { requests, answer } = ask(channelType, [list], account);

    expect(requests).toEqual([{ url, headers: { authorization: 'Bearer sk-k' } }]);
    expect(answer).toEqual({ models: ['m-1', 'm-2'] });
  });

  it('reads a bare list, as together.ai answers one', () => {
    expect(ask(39, [[{ id: 'a' }]]).answer).toEqual({ models: ['a'] });
  });

  it('asks Anthropic page by page', () => {
    const pages = [
      { data: [{ id: 'claude-a' }], has_more: true, last_id: 'claude-a' },
      { data: [{ id: 'claude-b' }], has_more: false, last_id: 'claude-b' },
    ];
    const { requests, answer } = ask(14, pages);

    expect(requests.map(({ url }) => url)).toEqual([
      'https://api.anthropic.com/v1/models?limit=1000',
      'https://api.anthropic.com/v1/models?limit=1000&after_id=claude-a',
    ]);
    expect(requests[0]?.headers).toEqual({
      'x-api-key': 'sk-k',
      'anthropic-version': '2023-06-01',
    });
    expect(answer).toEqual({ models: ['claude-a', 'claude-b'] });
  });

  it.each([11, 24])('asks Google (%i) page by page, and names models as requests do', (type) => {
    const pages = [
      { models: [{ name: 'models/gemini-a' }], nextPageToken: 'a/b' },
      { models: [{ name: 'tunedModels/mine' }] },
    ];
    const { requests, answer } = ask(type, pages);
    const address = 'https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000';

    expect(requests.map(({ url }) => url)).toEqual([address, `${address}&pageToken=a%2Fb`]);
    expect(requests[0]?.headers).toEqual({ 'x-goog-api-key': 'sk-k' });
    expect(answer).toEqual({ models: ['gemini-a', 'tunedModels/mine'] });
  });

  it('asks Cohere page by page, where version 1 of its API is', () => {
    const pages = [{ models: [{ name: 'command-a' }], next_page_token: 'n' }, { models: [] }];
    const { requests, answer } = ask(35, pages, { baseUrl: 'https://api.cohere.ai/v2' });

    expect(requests.map(({ url }) => url)).toEqual([
      'https://api.cohere.ai/v1/models?page_size=1000',
      'https://api.cohere.ai/v1/models?page_size=1000&page_token=n',
    ]);
    expect(answer).toEqual({ models: ['command-a'] });
  });

  it('asks Ollama what it has, without a key where there is none', () => {
    const { requests, answer } = ask(30, [{ models: [{ name: 'llama3:8b' }] }], { key: '' });

    expect(requests).toEqual([{ url: 'http://localhost:11434/api/tags', headers: {} }]);
    expect(answer).toEqual({ models: ['llama3:8b'] });
  });

  it.each([
    [
      'https://one.openai.azure.com',
      'https://one.openai.azure.com/openai/models?api-version=2024-10-21',
    ],
    ['https://one.openai.azure.com/openai/v1', 'https://one.openai.azure.com/openai/v1/models'],
  ])('asks Azure in either line of its API: %s', (baseUrl, url) => {
    expect(ask(3, [list], { baseUrl }).requests).toEqual([{ url, headers: { 'api-key': 'sk-k' } }]);
  });

  it('comes to an end where pages go round in circles', () => {
    const page = { data: [{ id: 'a' }], has_more: true, last_id: 'a' };
    expect(ask(14, Array(20).fill(page)).requests).toHaveLength(20);
  });

  it.each([
    [1, [{ error: 'x' }], {}, 'the answer has no list data'],
    [14, ['text'], {}, 'the answer has no list data'],
    [24, [null], {}, 'the answer has no list models'],
    [30, [{}], {}, 'the answer has no list models'],
    [35, [{ models: 1 }], {}, 'the answer has no list models'],
    [3, [], {}, 'the channel has no base URL'],
    [50, [], {}, 'the channel has no base URL'],
    [
      8,
      [],
      { baseUrl: 'https://a.example.com/v1/chat/completions' },
      'the address of one endpoint',
    ],
  ])('says why there is no list (%i, %j)', (channelType, bodies, account, problem) => {
    expect(ask(channelType, bodies, account).answer.problem).toContain(problem);
  });

  it.each([33, 34, 37, 42, 43, 999])('knows no list of type %i', (channelType) => {
    expect(findModelListQuery(channelType)).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import { operations, type Operation } from '@turnpike/core';
import type { UpstreamTarget } from '../codec.ts';
import { listChannelTypes } from './channel-types.ts';
import { findProvider, listProviders } from './index.ts';

const paths: Record<Operation, string> = {
  chat: '/v1/chat/completions',
  completions: '/v1/completions',
  edits: '/v1/edits',
  embeddings: '/v1/embeddings',
  moderations: '/v1/moderations',
  'image-generation': '/v1/images/generations',
  'image-edit': '/v1/images/edits',
  'image-variation': '/v1/images/variations',
  speech: '/v1/audio/speech',
  transcription: '/v1/audio/transcriptions',
  translation: '/v1/audio/translations',
  responses: '/v1/responses',
  'count-response-tokens': '/v1/responses/input_tokens',
  'compact-response': '/v1/responses/compact',
  messages: '/v1/messages',
  'count-message-tokens': '/v1/messages/count_tokens',
  'generate-content': '/v1beta/models/m:generateContent',
  'count-content-tokens': '/v1beta/models/m:countTokens',
  'embed-content': '/v1beta/models/m:embedContent',
  'batch-embed-contents': '/v1beta/models/m:batchEmbedContents',
  interaction: '/v1beta/interactions',
  realtime: '/v1/realtime',
  'account-resource': '/v1/files',
  proxy: '/v1/oneapi/proxy/1/x',
};

function urlOf(
  channelType: number,
  operation: Operation,
  changes: Partial<UpstreamTarget> = {},
): string | undefined {
  const provider = findProvider(channelType)!;
  return provider.url({
    baseUrl: provider.defaultBaseUrl,
    operation,
    path: paths[operation],
    search: '',
    model: 'm',
    isStream: false,
    config: {},
    ...changes,
  });
}

const ownWire = [15, 17, 18, 21, 23, 34, 38, 46];

describe('the registry', () => {
  it('has a provider for every channel type but those of another wire', () => {
    const missing = listChannelTypes().filter(({ id }) => findProvider(id) === undefined);
    expect(missing.map(({ id }) => id)).toEqual(ownWire);
  });

  it.each([-1, 52, 10_000])('knows no channel type %d', (channelType) => {
    expect(findProvider(channelType)).toBeUndefined();
  });

  it('gives no id and no channel type twice', () => {
    const providers = listProviders();
    expect(new Set(providers.map(({ id }) => id)).size).toBe(providers.length);
    expect(new Set(providers.map(({ channelType }) => channelType)).size).toBe(providers.length);
  });

  it('gives every operation a whole URL or none, and none without a base URL', () => {
    for (const provider of listProviders()) {
      for (const operation of operations) {
        const url = urlOf(provider.channelType, operation, { baseUrl: 'https://up.example' });
        if (url !== undefined) expect(new URL(url).origin).toBe('https://up.example');
        expect(urlOf(provider.channelType, operation, { baseUrl: '' })).toBeUndefined();
      }
    }
  });

  it('names every header in lower case', () => {
    for (const provider of listProviders()) {
      const headers = { ...provider.authorize('K', {}), ...provider.dialect.headers };
      for (const name of Object.keys(headers)) expect(name).toBe(name.toLowerCase());
    }
  });
});

describe('url', () => {
  it.each<[number, Operation, string]>([
    [1, 'chat', 'https://api.openai.com/v1/chat/completions'],
    [1, 'speech', 'https://api.openai.com/v1/audio/speech'],
    [1, 'image-edit', 'https://api.openai.com/v1/images/edits'],
    [1, 'responses', 'https://api.openai.com/v1/responses'],
    [2, 'chat', 'https://oa.api2d.net/v1/chat/completions'],
    [4, 'embeddings', 'https://api.closeai-proxy.xyz/v1/embeddings'],
    [16, 'chat', 'https://open.bigmodel.cn/api/paas/v4/chat/completions'],
    [16, 'embeddings', 'https://open.bigmodel.cn/api/paas/v4/embeddings'],
    [16, 'image-generation', 'https://open.bigmodel.cn/api/paas/v4/images/generations'],
    [20, 'chat', 'https://openrouter.ai/api/v1/chat/completions'],
    [22, 'chat', 'https://fastgpt.run/api/openapi/v1/chat/completions'],
    [27, 'chat', 'https://api.minimax.chat/v1/text/chatcompletion_v2'],
    [28, 'embeddings', 'https://api.mistral.ai/v1/embeddings'],
    [29, 'chat', 'https://api.groq.com/openai/v1/chat/completions'],
    [36, 'chat', 'https://api.deepseek.com/v1/chat/completions'],
    [36, 'completions', 'https://api.deepseek.com/beta/completions'],
    [40, 'chat', 'https://ark.cn-beijing.volces.com/api/v3/chat/completions'],
    [40, 'embeddings', 'https://ark.cn-beijing.volces.com/api/v3/embeddings'],
    [40, 'image-generation', 'https://ark.cn-beijing.volces.com/api/v3/images/generations'],
    [41, 'chat', 'https://api.novita.ai/v3/openai/chat/completions'],
    [44, 'transcription', 'https://api.siliconflow.cn/v1/audio/transcriptions'],
    [47, 'chat', 'https://qianfan.baidubce.com/v2/chat/completions'],
    [48, 'chat', 'https://spark-api-open.xf-yun.com/v1/chat/completions'],
    [49, 'chat', 'https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions'],
    [49, 'embeddings', 'https://dashscope.aliyuncs.com/compatible-mode/v1/embeddings'],
    [51, 'embeddings', 'https://generativelanguage.googleapis.com/v1beta/openai/embeddings'],
  ])('of type %d for %s is %s', (channelType, operation, expected) => {
    expect(urlOf(channelType, operation)).toBe(expected);
  });

  it.each<[number, Operation]>([
    [16, 'speech'],
    [25, 'embeddings'],
    [27, 'image-generation'],
    [28, 'responses'],
    [31, 'embeddings'],
    [36, 'image-generation'],
    [40, 'speech'],
    [41, 'image-generation'],
    [47, 'transcription'],
    [49, 'image-generation'],
  ])('of type %d has no %s', (channelType, operation) => {
    expect(urlOf(channelType, operation)).toBeUndefined();
  });

  it.each<[number, string, string, string]>([
    [50, 'https://host.example/api/v3/', '', 'https://host.example/api/v3/chat/completions'],
    [50, 'https://host.example/v1', '?a=1', 'https://host.example/v1/chat/completions?a=1'],
    [1, 'https://host.example', '?foo=1', 'https://host.example/v1/chat/completions?foo=1'],
    [1, 'https://host.example/v1', '', 'https://host.example/v1/chat/completions'],
    [0, 'http://127.0.0.1:8000', '', 'http://127.0.0.1:8000/v1/chat/completions'],
    [22, 'https://api.fastgpt.in/api', '', 'https://api.fastgpt.in/api/v1/chat/completions'],
    [40, 'https://ark.example/api/v3', '?a=1', 'https://ark.example/api/v3/chat/completions'],
    [36, 'https://deepseek.example/v1', '', 'https://deepseek.example/v1/chat/completions'],
  ])('of type %d at %s%s is %s', (channelType, baseUrl, search, expected) => {
    expect(urlOf(channelType, 'chat', { baseUrl, search })).toBe(expected);
  });

  it('finds the completions of DeepSeek beside a versioned base', () => {
    expect(urlOf(36, 'completions', { baseUrl: 'https://deepseek.example/v1' })).toBe(
      'https://deepseek.example/beta/completions',
    );
  });

  it.each([
    ['ep-20250701080000-abcde', '/api/v3/chat/completions'],
    ['bot-20250701080000-xyz12', '/api/v3/bots/chat/completions'],
  ])('leads Ark model %s to %s', (model, path) => {
    const baseUrl = 'https://ark.example';
    expect(urlOf(40, 'chat', { baseUrl, model })).toBe(`https://ark.example${path}`);
  });

  it('leads the reasoning model of Spark to its own version', () => {
    expect(urlOf(48, 'chat', { model: 'x1' })).toBe(
      'https://spark-api-open.xf-yun.com/v2/chat/completions',
    );
  });

  it('leaves the oldest models of Zhipu out, which speak another wire', () => {
    expect(urlOf(16, 'chat', { model: 'chatglm_turbo' })).toBeUndefined();
  });

  it.each([
    [1, 'openai', '/chat/completions'],
    [1, 'compat', '/chat/completions'],
    [28, 'mistral', '/v1/chat/completions'],
    [29, 'groq', '/chat/completions'],
    [36, 'deepseek', '/chat/completions'],
    [45, 'grok', '/v1/chat/completions'],
    [20, 'openrouter', '/v1/chat/completions'],
    [50, 'perplexity-ai', '/chat/completions'],
  ])('of type %d goes through a Cloudflare gateway to %s', (channelType, upstream, path) => {
    const baseUrl = `https://gateway.ai.cloudflare.com/v1/acc/gw/${upstream}`;
    expect(urlOf(channelType, 'chat', { baseUrl })).toBe(baseUrl + path);
  });
});

describe('authorize', () => {
  it.each<[number, Record<string, unknown>, Record<string, string>]>([
    [1, {}, { authorization: 'Bearer K' }],
    [
      1,
      { openai_organization: 'org-1', openai_project: 'proj-1' },
      { authorization: 'Bearer K', 'openai-organization': 'org-1', 'openai-project': 'proj-1' },
    ],
    [29, { cf_aig_token: 'T' }, { authorization: 'Bearer K', 'cf-aig-authorization': 'Bearer T' }],
    [3, {}, { 'api-key': 'K' }],
    [16, {}, { authorization: 'Bearer K' }],
    [43, {}, { authorization: 'K' }],
    [47, { appid: 'app-1' }, { authorization: 'Bearer K', appid: 'app-1' }],
  ])('of type %d with %j sends %j', (channelType, config, expected) => {
    expect(findProvider(channelType)!.authorize('K', config)).toEqual(expected);
  });

  it('sends no empty credential to servers that want none', () => {
    expect(findProvider(50)!.authorize('', {})).toEqual({});
  });
});

describe('the proxy', () => {
  it('takes what follows the channel in the path as the path of the upstream', () => {
    const path = '/v1/oneapi/proxy/17/v2/foo';
    const baseUrl = 'https://api.example.com';
    expect(urlOf(43, 'chat', { path, search: '?x=1', baseUrl })).toBe(
      'https://api.example.com/v2/foo?x=1',
    );
  });

  it('relays nothing else', () => {
    expect(urlOf(43, 'chat', { baseUrl: 'https://api.example.com' })).toBeUndefined();
  });
});

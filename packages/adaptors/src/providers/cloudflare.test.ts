import { describe, expect, it } from '@jest/globals';
import { planBodyEdits } from '../families/openai-chat/plan-body-edits.ts';
import { readJsonRequest } from '../families/openai-chat/read-request.ts';
import { probeJson } from '../wire/json-probe.ts';
import { spliceJson } from '../wire/splice-json.ts';
import { cloudflare } from './cloudflare.ts';

function urlOf(
  operation: 'chat' | 'embeddings' | 'completions',
  baseUrl?: string,
  account = 'acc1',
) {
  return cloudflare.url({
    baseUrl: baseUrl ?? cloudflare.defaultBaseUrl,
    operation,
    path: '/v1/chat/completions',
    search: '',
    model: '@cf/meta/llama-3-8b-instruct',
    isStream: false,
    config: { user_id: account },
  });
}

function edited(body: object): unknown {
  const probe = probeJson(Buffer.from(JSON.stringify(body)));
  const facts = readJsonRequest('chat', probe);
  const { edits } = planBodyEdits({
    probe,
    facts,
    upstreamModel: facts.model,
    dialect: cloudflare.dialect,
    hasStreamOptions: true,
  });
  return JSON.parse(Buffer.concat(spliceJson(probe, edits).slices).toString());
}

describe('Cloudflare Workers AI', () => {
  it('is found by its account, or by the gateway that names it', () => {
    expect(urlOf('chat')).toBe(
      'https://api.cloudflare.com/client/v4/accounts/acc1/ai/v1/chat/completions',
    );
    expect(urlOf('embeddings', 'https://gateway.ai.cloudflare.com/v1/acc1/gw/workers-ai')).toBe(
      'https://gateway.ai.cloudflare.com/v1/acc1/gw/workers-ai/v1/embeddings',
    );
    expect(urlOf('chat', undefined, '')).toBeUndefined();
    expect(urlOf('completions')).toBeUndefined();
  });

  it.each([
    [{}, { max_tokens: 2048 }],
    [{ max_tokens: 5 }, { max_tokens: 5 }],
    [{ max_completion_tokens: 7 }, { max_tokens: 7 }],
  ])('asks for enough of an answer: %j becomes %j', (given, expected) => {
    const chat = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };

    expect(edited({ ...chat, ...given })).toEqual({ ...chat, ...expected });
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Operation } from '@turnpike/core';
import { dialectOf, type UpstreamTarget } from '../codec.ts';
import { readMessagesRequest } from '../families/anthropic/read-request.ts';
import { planBodyEdits } from '../families/openai-chat/plan-body-edits.ts';
import { pathOf } from '../families/testing/translation.ts';
import { probeJson } from '../wire/json-probe.ts';
import { spliceJson } from '../wire/splice-json.ts';
import { anthropic } from './anthropic.ts';
import { findProvider } from './index.ts';

const paths: Partial<Record<Operation, string>> = {
  chat: '/v1/chat/completions',
  messages: '/v1/messages',
  'count-message-tokens': '/v1/messages/count_tokens',
};

function urlOf(
  channelType: number,
  operation: Operation,
  more: Partial<UpstreamTarget> = {},
): string | undefined {
  const provider = findProvider(channelType)!;
  return provider.url({
    baseUrl: provider.defaultBaseUrl,
    operation,
    path: paths[operation]!,
    search: '',
    model: 'm',
    isStream: false,
    config: {},
    ...more,
  });
}

/** What a body becomes on the byte plane. */
function splice(operation: Operation, body: string, outputClamp?: number): string {
  const probe = probeJson(Buffer.from(body));
  const { edits } = planBodyEdits({
    probe,
    facts: readMessagesRequest(probe, pathOf(operation)),
    upstreamModel: 'claude',
    dialect: dialectOf(anthropic, { operation, config: {} }),
    hasStreamOptions: false,
    outputClamp,
  });
  return edits.length === 0 ? body : Buffer.concat(spliceJson(probe, edits).slices).toString();
}

describe('Anthropic', () => {
  it('is asked at its own paths, with the query of the client', () => {
    expect(urlOf(14, 'messages', { search: '?beta=true' })).toBe(
      'https://api.anthropic.com/v1/messages?beta=true',
    );
    expect(urlOf(14, 'count-message-tokens')).toBe(
      'https://api.anthropic.com/v1/messages/count_tokens',
    );
    expect(urlOf(14, 'messages', { baseUrl: 'https://p.example/v1/' })).toBe(
      'https://p.example/v1/messages',
    );
    expect(urlOf(14, 'chat')).toBeUndefined();
  });

  it('gets a key or the token of a sign-in, never both', () => {
    expect(anthropic.authorize('sk-ant-api03-x', {})).toEqual({ 'x-api-key': 'sk-ant-api03-x' });
    expect(anthropic.authorize('sk-ant-oat01-x', {})).toEqual({
      authorization: 'Bearer sk-ant-oat01-x',
    });
  });

  it('gets the limit that it insists on, and no other change', () => {
    const messages = '"messages": [ {"role":"user","content":"hi"} ]';
    expect(splice('messages', `{"model":"claude","max_tokens":5, ${messages}}`)).toBe(
      `{"model":"claude","max_tokens":5, ${messages}}`,
    );
    const added = JSON.parse(splice('messages', `{"model":"claude",${messages}}`)) as object;
    expect(added).toMatchObject({ max_tokens: 4096 });
    const clamped = splice('messages', `{"model":"claude","max_tokens":500,${messages}}`, 77);
    expect(JSON.parse(clamped)).toMatchObject({ max_tokens: 77 });
    const counted = splice('count-message-tokens', `{"model":"claude","max_tokens":5,${messages}}`);
    expect(JSON.parse(counted)).not.toHaveProperty('max_tokens');
  });

  it('shares an account among requests of one session', () => {
    const body = Buffer.from('{"model":"m","messages":[{}],"metadata":{"user_id":"u_session_1"}}');
    const readKey = (headers = {}): unknown =>
      readMessagesRequest(probeJson(body), pathOf('messages', headers)).affinityKey;
    expect(readKey()).toBe('u_session_1');
    expect(readKey({ 'x-claude-code-session-id': 's2' })).toBe('s2');
  });

  it.each(['{"model":"m"}', '{"model":"m","messages":{}}', '{"model":"m","messages":[ ]}'])(
    'is not asked %s',
    (body) => {
      expect(() => readMessagesRequest(probeJson(Buffer.from(body)), pathOf('messages'))).toThrow(
        expect.objectContaining({ code: 'invalid_request' }),
      );
    },
  );
});

describe('vendors with a door for the Messages API', () => {
  it.each([
    [36, 'https://api.deepseek.com/anthropic/v1/messages'],
    [27, 'https://api.minimax.chat/anthropic/v1/messages'],
  ])('channel type %d is asked at %s', (channelType, url) => {
    expect(urlOf(channelType, 'messages')).toBe(url);
    expect(urlOf(channelType, 'count-message-tokens')).toBeUndefined();
    const base = findProvider(channelType)!.defaultBaseUrl;
    expect(urlOf(channelType, 'messages', { baseUrl: `${base}/v1` })).toBe(url);
  });

  it('has a dialect of its own there', () => {
    const provider = findProvider(27)!;
    const dialect = dialectOf(provider, { operation: 'messages', config: {} });
    expect(dialect.clampMembers).toBeUndefined();
    expect(dialect.chat).toBeUndefined();
  });
});

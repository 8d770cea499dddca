import { describe, expect, it } from '@jest/globals';
import type { Family, JsonRecord } from '@turnpike/core';
import { findClientCodec, findUpstreamCodec } from '../families/index.ts';
import { pathOf, targetOf } from '../families/testing/translation.ts';

const url = 'https://mcp.example/sse';
const allowed = { config: { translate_hosted_tools: true } };

function encode(from: 'anthropic' | 'openai-responses', to: Family, more: JsonRecord, config = {}) {
  const isAnthropic = from === 'anthropic';
  const body = isAnthropic
    ? { model: 'm', max_tokens: 99, messages: [{ role: 'user', content: 'Hi' }], ...more }
    : { model: 'm', input: 'Hi', ...more };
  const path = pathOf(isAnthropic ? 'messages' : 'responses');
  const request = findClientCodec(from)!.decodeRequest(body, path);
  const encoded = findUpstreamCodec(to)!.encodeRequest(request, targetOf('gpt-5', config));
  const losses = encoded.losses.map(({ severity, at }) => `${severity} ${at}`);
  return { ...encoded, losses };
}

const server = { type: 'url', url, name: 'docs', authorization_token: 't' };
const toolset = { type: 'mcp_toolset', mcp_server_name: 'docs' };
const tool = { type: 'mcp', server_label: 'docs', server_url: url, require_approval: 'never' };

describe('servers of tools that Anthropic’s clients name', () => {
  it.each([
    ['all of their tools', toolset, {}],
    [
      'some of them',
      {
        ...toolset,
        default_config: { enabled: false },
        configs: { find: { enabled: true }, drop: { enabled: false } },
      },
      { allowed_tools: ['find'] },
    ],
  ])('are OpenAI’s where the channel allows it: %s', (_what, offered, more) => {
    const members = { mcp_servers: [server], tools: [offered] };
    const { body, losses } = encode('anthropic', 'openai-responses', members, allowed);
    expect(body['tools']).toEqual([{ ...tool, authorization: 't', ...more }]);
    expect(losses).toEqual(['info tools[0]']);
  });

  it('are OpenAI’s in their older form too', () => {
    const old = { ...server, tool_configuration: { enabled: true, allowed_tools: ['find'] } };
    const off = { ...server, name: 'off', tool_configuration: { enabled: false } };
    const members = { mcp_servers: [old, off] };
    const { body, losses } = encode('anthropic', 'openai-responses', members, allowed);
    expect(body['tools']).toEqual([{ ...tool, authorization: 't', allowed_tools: ['find'] }]);
    expect(losses).toEqual(['info mcp_servers[0]']);
  });

  it.each([
    ['all tools but one', [{ ...toolset, configs: { drop: { enabled: false } } }], [server]],
    ['a server that nobody describes', [toolset], []],
  ])('are lost where OpenAI has no words for them: %s', (_what, tools, servers) => {
    const members = { mcp_servers: servers, tools };
    const { body, losses } = encode('anthropic', 'openai-responses', members, allowed);
    expect(body).not.toHaveProperty('tools');
    expect(losses).toEqual(['fatal tools[0]']);
  });

  it('are lost everywhere else, and where the channel does not allow it', () => {
    const members = { mcp_servers: [server], tools: [toolset] };
    expect(encode('anthropic', 'openai-responses', members).losses).toEqual(['fatal tools[0]']);
    for (const to of ['openai-chat', 'gemini'] as const)
      expect(encode('anthropic', to, members, allowed).losses).toContain('fatal tools[0]');
  });
});

describe('servers of tools that OpenAI’s clients name', () => {
  it('are Anthropic’s where the channel allows it', () => {
    const offered = { ...tool, headers: { Authorization: 'Bearer t' }, allowed_tools: ['find'] };
    const { body, headers, losses } = encode(
      'openai-responses',
      'anthropic',
      { tools: [offered] },
      allowed,
    );
    expect(body['mcp_servers']).toEqual([server]);
    expect(body['tools']).toEqual([
      { ...toolset, default_config: { enabled: false }, configs: { find: { enabled: true } } },
    ]);
    expect(headers).toEqual({ 'anthropic-beta': 'mcp-client-2025-11-20' });
    expect(losses).toEqual(['info tools[0]']);
  });

  it.each([
    ['asks before it is called', { require_approval: 'always' }],
    ['asks by default', { require_approval: undefined }],
    ['is one of OpenAI’s connectors', { server_url: undefined, connector_id: 'connector_x' }],
    ['wants headers of its own', { headers: { 'x-key': 'k' } }],
    ['has tools by what they do', { allowed_tools: { read_only: true } }],
  ])('are lost where one %s', (_what, changed) => {
    const tools = [{ ...tool, ...changed }];
    const { body, losses } = encode('openai-responses', 'anthropic', { tools }, allowed);
    expect(body).not.toHaveProperty('mcp_servers');
    expect(losses).toEqual(['fatal tools[0]']);
  });

  it('are lost where the channel does not allow it', () => {
    const { losses } = encode('openai-responses', 'anthropic', { tools: [tool] });
    expect(losses).toEqual(['fatal tools[0]']);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { MessagesTraits } from '../../codec.ts';
import { encodeChatRequest } from '../openai-chat/encode-request.ts';
import { pathOf, targetOf } from '../testing/translation.ts';
import { decodeMessagesRequest } from './decode-request.ts';
import { encodeMessagesRequest } from './encode-request.ts';
import { claudeCodeHeaders, makeClaudeCodeRequest } from './testing/claude-code-request.ts';

const path = pathOf('messages', claudeCodeHeaders);
const decode = (body: object): ReturnType<typeof decodeMessagesRequest> =>
  decodeMessagesRequest({ model: 'm', max_tokens: 9, ...body }, path);

function encodeAgain(
  body: Record<string, unknown>,
  messages?: MessagesTraits,
): ReturnType<typeof encodeMessagesRequest> {
  const request = decodeMessagesRequest(body, path);
  const dialect = { streamUsage: 'always', ...(messages && { messages }) } as const;
  return encodeMessagesRequest(request, targetOf(String(body['model']), { dialect }));
}

describe('decodeMessagesRequest', () => {
  it("reads Claude Code's request", () => {
    const request = decodeMessagesRequest(makeClaudeCodeRequest(), path);
    expect(request).toMatchObject({
      isStream: true,
      wantsStreamUsage: true,
      identity: { sessionKey: '0b7d7a5e', endUser: expect.stringContaining('session_') },
      reasoning: { budgetTokens: 31_999, includesText: true },
      output: { maxTokens: 32_000 },
    });
    expect(request.instructions.map(({ cache }) => cache)).toEqual([undefined, {}, { ttl: '1h' }]);
    expect(request.tools.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 5 }, () => 'function'),
      'hosted',
    ]);
    expect(request.turns.map(({ parts }) => parts.map(({ kind }) => kind))).toEqual([
      ['text', 'text'],
      ['reasoning', 'text', 'tool-call', 'tool-call'],
      ['tool-result', 'tool-result', 'text'],
    ]);
  });

  it.each<[string, object, string]>([
    ['no messages', {}, 'messages'],
    ['an empty list', { messages: [] }, 'messages'],
    ['another role', { messages: [{ role: 'tool', content: 'x' }] }, 'messages.0.role'],
    ['content that is none', { messages: [{ role: 'user', content: 5 }] }, 'messages.0.content'],
    [
      'a block without a type',
      { messages: [{ role: 'user', content: [{ text: 'x' }] }] },
      'messages.0.content.0.type',
    ],
    [
      'a call without an id',
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', name: 'f' }] }] },
      'messages.0.content.0.id',
    ],
    [
      'a result for no call',
      { messages: [{ role: 'user', content: [{ type: 'tool_result' }] }] },
      'messages.0.content.0.tool_use_id',
    ],
    [
      'a tool without a name',
      { messages: [{ role: 'user', content: 'x' }], tools: [{}] },
      'tools.0.name',
    ],
    [
      'two tools of one name',
      { messages: [{ role: 'user', content: 'x' }], tools: [{ name: 'f' }, { name: 'f' }] },
      'tools.1.name',
    ],
    [
      'a forced tool without a name',
      { messages: [{ role: 'user', content: 'x' }], tool_choice: { type: 'tool' } },
      'tool_choice.name',
    ],
    ['half a token', { messages: [{ role: 'user', content: 'x' }], max_tokens: 1.5 }, 'max_tokens'],
  ])('refuses %s', (_title, body, param) => {
    expect(() => decode(body)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        details: expect.objectContaining({ param }),
      }),
    );
  });

  it('pollutes no prototype', () => {
    const body = JSON.parse(
      '{"__proto__":{"polluted":1},"messages":[{"role":"user","content":"x","__proto__":{"polluted":1}}],"metadata":{"__proto__":{"polluted":1}}}',
    ) as object;
    const request = decode(body);
    expect(encodeMessagesRequest(request, targetOf('m')).body['messages']).toHaveLength(1);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('a request of the Messages API that stays one', () => {
  it('is what it was, with its betas in the header', () => {
    const { body, headers, losses, restoration } = encodeAgain(makeClaudeCodeRequest());
    expect(body).toEqual(makeClaudeCodeRequest());
    expect(headers).toEqual({ 'anthropic-beta': claudeCodeHeaders['anthropic-beta'] });
    expect(losses).toEqual([]);
    expect(restoration).toBeUndefined();
  });

  it('has its betas in the body of a host that wants them there, as far as it knows them', () => {
    const { body, headers, losses } = encodeAgain(makeClaudeCodeRequest(), {
      hasBetasInBody: true,
      betas: ['interleaved-thinking-', 'context-management-'],
    });
    expect(body['anthropic_beta']).toEqual([
      'interleaved-thinking-2025-05-14',
      'context-management-2025-06-27',
    ]);
    expect(headers).toEqual({});
    expect(losses).toMatchObject([{ at: 'anthropic-beta' }]);
  });

  it('is what it was, whatever is in it', () => {
    const words = fc.string({ minLength: 1 });
    const block = fc.oneof(
      fc.record({ type: fc.constant('text'), text: words, citations: fc.constant(null) }),
      fc.record({ type: fc.constant('thinking'), thinking: words, signature: words }),
      fc.record({ type: fc.stringMatching(/^new_[a-z]{1,9}$/), any: fc.jsonValue() }),
    );
    const message = fc.record({
      role: fc.constantFrom('user', 'assistant'),
      content: fc.oneof(words, fc.array(block, { maxLength: 4 })),
    });
    const request = fc.record(
      {
        model: fc.constant('m'),
        max_tokens: fc.integer({ min: 1, max: 9999 }),
        messages: fc.array(message, { minLength: 1, maxLength: 5 }),
        system: fc.oneof(
          words,
          fc.array(fc.record({ type: fc.constant('text'), text: words }), { minLength: 1 }),
        ),
        tool_choice: fc.constant({ type: 'auto', later: true }),
        unknown: fc.jsonValue(),
        stream: fc.boolean(),
      },
      { requiredKeys: ['model', 'max_tokens', 'messages'] },
    );
    fc.assert(
      fc.property(request, (body) => {
        const plain = JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
        const decoded = decodeMessagesRequest(plain, pathOf('messages'));
        expect(encodeMessagesRequest(decoded, targetOf('m')).body).toEqual(plain);
      }),
    );
  });
});

describe("Claude Code's request for a chat upstream", () => {
  it('keeps tools, order and pictures, and tells what it cannot keep', () => {
    const request = decodeMessagesRequest(makeClaudeCodeRequest(), path);
    const { body, losses, restoration } = encodeChatRequest(request, targetOf('gpt-5.2'));
    const messages = body['messages'] as { role: string; content: unknown }[];
    expect(messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'tool',
      'user',
    ]);
    expect(JSON.stringify(messages.at(-1))).toContain('data:image/png;base64,iVBORw0=');
    expect(body).toMatchObject({
      max_completion_tokens: 32_000,
      stream: true,
      stream_options: { include_usage: true },
      reasoning_effort: 'high',
    });
    expect(body['tools']).toHaveLength(5);
    expect(restoration).toBeUndefined();
    expect(String(body['user']).length).toBeLessThanOrEqual(64);
    expect(losses.filter(({ severity }) => severity === 'fatal')).toMatchObject([
      { at: 'tools[5]' },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/signature|cache_control|context_management/);
  });
});

const mark = { cache_control: { type: 'ephemeral' } };

/** A request in the shape that Claude Code sends: everything at once, and in the middle of its work. */
export function makeClaudeCodeRequest(): Record<string, unknown> {
  return {
    model: 'claude-sonnet-4-5-20250929',
    max_tokens: 32_000,
    stream: true,
    metadata: { user_id: 'user_abc_account__session_0b7d7a5e-0000-4000-8000-000000000000' },
    thinking: { type: 'enabled', budget_tokens: 31_999 },
    context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    system: [
      { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1' },
      { type: 'text', text: 'You are a coding agent.', ...mark },
      { type: 'text', text: 'Environment: linux', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ],
    tools: [
      ...['Read', 'Edit', 'Bash', 'Task', 'mcp__files__list'].map((name) => ({
        name,
        description: `The tool ${name}.`,
        input_schema: {
          $schema: 'http://json-schema.org/draft-07/schema#',
          type: 'object',
          properties: { path: { type: 'string' }, limit: { type: 'number', exclusiveMinimum: 0 } },
          required: ['path'],
          additionalProperties: false,
        },
        eager_input_streaming: true,
      })),
      { type: 'web_search_20250305', name: 'web_search', max_uses: 8 },
    ],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: '<system-reminder>\nToday is Monday.\n</system-reminder>' },
          { type: 'text', text: 'Fix the test.' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Read both files.', signature: 'EqQB' },
          { type: 'text', text: 'I look at both.' },
          { type: 'tool_use', id: 'toolu_01', name: 'Read', input: { path: '/a.ts' } },
          { type: 'tool_use', id: 'toolu_02', name: 'Read', input: { path: '/b.png' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_01', content: '     1→export {}' },
          {
            type: 'tool_result',
            tool_use_id: 'toolu_02',
            content: [
              {
                type: 'image',
                source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0=' },
              },
            ],
          },
          { type: 'text', text: 'And be quick.', ...mark },
        ],
      },
    ],
  };
}

/** The headers of it that a gateway reads. */
export const claudeCodeHeaders = {
  'anthropic-version': '2023-06-01',
  'anthropic-beta':
    'claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27',
  'x-claude-code-session-id': '0b7d7a5e',
};

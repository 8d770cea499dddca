import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PathFacts } from '@turnpike/adaptors';
import {
  createConversations,
  LARGE_CONVERSATION_BYTES,
  type Conversations,
} from './conversations.ts';
import type { ConversationTarget } from './conversation.ts';

const path: PathFacts = { operation: 'messages', search: '', headers: {} };
const target: ConversationTarget = {
  family: 'openai-chat',
  channelType: 1,
  config: {},
  model: 'gpt-upstream',
  outputClamp: undefined,
  scope: 'openai-chat:1',
  systemPrompt: '',
  isStream: false,
};

function bodyOf(text: string, more: object = {}): Buffer {
  const messages = [{ role: 'user', content: text }];
  return Buffer.from(
    JSON.stringify({ model: 'claude-x', max_tokens: 64, system: 'Be brief', messages, ...more }),
  );
}

describe('large conversations', () => {
  let conversations: Conversations;
  beforeAll(() => {
    conversations = createConversations({ current: 'a secret of the tests', older: [] });
  });
  afterAll(() => conversations.close());

  it('are encoded in another thread to the same bytes as small ones here', async () => {
    const long = 'Zoll '.repeat(LARGE_CONVERSATION_BYTES / 4);
    const large = await conversations.open(bodyOf(long), 'anthropic', path);
    const small = await conversations.open(bodyOf('Zoll '), 'anthropic', path);
    expect(large.request).toMatchObject({ model: 'claude-x', turns: [] });
    expect(large.request.instructions).toHaveLength(1);

    const there = await large.encode(target, new Map());
    const here = await small.encode(target, new Map());
    expect(there.body.toString('utf8').replace(long, 'Zoll ')).toBe(here.body.toString('utf8'));
    expect(there.losses).toEqual(here.losses);

    const again = await large.encode({ ...target, model: 'gpt-other' }, new Map());
    expect(again.body.toString('utf8')).toContain('"gpt-other"');
    large.close();
    await expect(large.encode(target, new Map())).rejects.toThrow(/closed/);
  });

  it('are patched in another thread to the same bytes as small ones here', async () => {
    const deepSeek = {
      channelType: 36,
      operation: 'chat',
      config: {},
      model: 'deepseek-chat',
    } as const;
    const patch = async (text: string): Promise<string> => {
      const messages = [{ role: 'developer', content: text }];
      const body = Buffer.from(JSON.stringify({ x: 1, messages, y: [] }));
      return (await conversations.patch(body, deepSeek)).toString('utf8');
    };
    const long = 'z'.repeat(LARGE_CONVERSATION_BYTES);
    expect(await patch('z')).toBe('{"x":1,"messages":[{"role":"system","content":"z"}],"y":[]}');
    expect((await patch(long)).replace(long, 'z')).toBe(await patch('z'));
  });

  it('are refused with the words of the codec', async () => {
    const body = bodyOf('x'.repeat(LARGE_CONVERSATION_BYTES), {
      tools: [{ description: 'no name' }],
    });
    await expect(conversations.open(body, 'anthropic', path)).rejects.toMatchObject({
      name: 'GatewayError',
      code: 'invalid_request',
      status: 400,
    });
  });
});

import { describe, expect, it } from '@jest/globals';
import { findClientCodec, findUpstreamCodec } from '@turnpike/adaptors';
import { Translation } from './translation.ts';

const client = findClientCodec('anthropic')!;
const path = { operation: 'messages', search: '', headers: {} } as const;
const question = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] };

function answerOf(body: Record<string, unknown>) {
  const translation = new Translation({
    client,
    upstream: findUpstreamCodec('openai-chat')!,
    dialect: { streamUsage: 'always' },
    isUpstreamStream: false,
    observe: undefined,
    reportLosses: () => undefined,
    context: {
      request: client.decodeRequest(question, path),
      path,
      requestId: 'q',
      model: 'm',
      seal: ({ value }) => value,
    },
  });
  return translation.readAnswer(Buffer.from(JSON.stringify(body)), {});
}

describe('a whole answer of another protocol', () => {
  const choice = { index: 0, message: { role: 'assistant', content: 'Ye' } };

  it.each(['insufficient_system_resource', 'network_error', 'error'])(
    'that ended with %s is none: another channel may do better',
    (reason) => {
      const { error, body } = answerOf({ choices: [{ ...choice, finish_reason: reason }] });
      expect(error).toMatchObject({ status: 503, code: reason });
      expect(body).toHaveLength(0);
    },
  );

  it('that ended in another way is one', () => {
    const { error, body } = answerOf({ choices: [{ ...choice, finish_reason: 'stop' }] });
    expect(error).toBeUndefined();
    expect(JSON.parse(body.toString())).toMatchObject({ stop_reason: 'end_turn' });
  });
});

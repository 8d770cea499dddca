import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startProtocolWorld, type ProtocolWorld } from '../../support/protocols/protocol-world.ts';
import { bill } from '../../support/protocols/scene.ts';

jest.setTimeout(60_000);

let world: ProtocolWorld;
beforeAll(async () => {
  world = await startProtocolWorld();
});
afterAll(() => world.stopAll());

/** The one kind of upstream that knows no stop texts. */
const model = 'model-responses';
const messages = [{ role: 'user', content: 'Hi' }];

function ask(path: string, body: object): Promise<Response> {
  return fetch(`${world.gateway.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${world.token.key}`,
      'content-type': 'application/json',
      'x-gateway-debug': '1',
    },
    body: JSON.stringify(body),
  });
}

const doors = [
  {
    door: 'chat',
    path: () => '/v1/chat/completions',
    body: { model, messages, stop: 'END' },
    ending: /"finish_reason":"stop"/,
    figures: new RegExp(`"completion_tokens":${bill.output}\\b`),
  },
  {
    door: 'messages',
    path: () => '/v1/messages',
    body: { model, messages, max_tokens: 99, stop_sequences: ['END'] },
    ending: /"stop_reason":"stop_sequence","stop_sequence":"END"/,
    figures: new RegExp(`"output_tokens":${bill.output}\\b`),
  },
  {
    door: 'Gemini',
    path: (isStream: boolean) =>
      `/v1beta/models/${model}:${isStream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: {
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      generationConfig: { stopSequences: ['END'] },
    },
    ending: /"finishReason":"STOP"/,
    figures: /"candidatesTokenCount":5\b/,
  },
];
const cases = doors.flatMap((door) => [
  { ...door, isStream: false },
  { ...door, isStream: true },
]);

describe('a stop text that the upstream does not know', () => {
  it.each(cases)(
    'ends the answer at the $door door, streamed $isStream',
    async ({ door, path, body, ending, figures, isStream }) => {
      world.upstream.answerWith({ text: 'Yes, so. END of it.', end: 'stop' });
      const streaming = isStream && door !== 'Gemini' ? { stream: true } : {};
      const usage = door === 'chat' && isStream ? { stream_options: { include_usage: true } } : {};
      const answer = await ask(path(isStream), { ...body, ...streaming, ...usage });
      const text = await answer.text();

      expect(answer.status).toBe(200);
      expect(answer.headers.get('x-gateway-losses')).toContain('approximated output.stop');
      expect(text).toMatch(/Yes|so\./);
      expect(text.replace('"stop_sequence":"END"', '')).not.toContain('END');
      expect(text).not.toContain('of it');
      expect(text).toMatch(ending);
      expect(text).toMatch(figures);
      const sent = world.upstream.requests.map((request) => request.text).join('');
      expect(sent).not.toContain('END');
    },
  );
});

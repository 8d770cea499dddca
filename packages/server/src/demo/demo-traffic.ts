/** One sample request: where it goes, and what it says. */
interface SampleRequest {
  path: string;
  body: object;
}

const chat = (model: string, content: string, rest: object = {}): SampleRequest => ({
  path: '/v1/chat/completions',
  body: { model, messages: [{ role: 'user', content }], ...rest },
});

const samples: readonly SampleRequest[] = [
  chat('gpt-4o-mini', 'Why do toll roads exist?', { x_sim: { chunks: 80 } }),
  chat('gpt-4o-mini', 'Tell me more.', { stream: true, x_sim: { chunks: 120, delay: 5 } }),
  chat('gpt-4o', 'Summarise the minutes of the meeting.', { x_sim: { chunks: 200, latency: 120 } }),
  chat('o4-mini', 'How many gates are on the way?', { x_sim: { chunks: 40, reasoning: 300 } }),
  chat('gpt-4.1', 'Write a haiku about a gate.', {
    stream: true,
    x_sim: { chunks: 17, cached: 6 },
  }),
  chat('gpt-4o-mini', 'This one fails.', { x_sim: { status: 400 } }),
  {
    path: '/v1/embeddings',
    body: { model: 'text-embedding-3-small', input: ['toll', 'road', 'gate'] },
  },
  { path: '/v1/images/generations', body: { model: 'dall-e-3', prompt: 'a toll gate at dawn' } },
  {
    path: '/v1/audio/speech',
    body: { model: 'tts-1', voice: 'alloy', input: 'Please have your coins ready.' },
  },
  { path: '/v1/responses', body: { model: 'gpt-4o-mini', input: 'And with the newer API?' } },
];

/** Sends a few requests of every kind, one after the other, with each key. Resolves to how many were answered well. */
export async function sendDemoTraffic(
  gatewayUrl: string,
  keys: readonly string[],
): Promise<{ sent: number; succeeded: number }> {
  let succeeded = 0;
  for (const key of keys) {
    for (const { path, body } of samples) {
      const answer = await fetch(gatewayUrl + path, {
        method: 'POST',
        headers: { authorization: `Bearer sk-${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      await answer.arrayBuffer();
      if (answer.ok) succeeded += 1;
    }
  }
  return { sent: keys.length * samples.length, succeeded };
}

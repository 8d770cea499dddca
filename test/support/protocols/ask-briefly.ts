import type { ProtocolWorld } from './protocol-world.ts';

/** The shortest question at each door. */
const questions = {
  openai: (model: string, stream: boolean) => ({
    path: '/v1/chat/completions',
    body: { model, stream, messages: [{ role: 'user', content: 'Hi' }] },
  }),
  responses: (model: string, stream: boolean) => ({
    path: '/v1/responses',
    body: { model, stream, store: false, input: 'Hi' },
  }),
  anthropic: (model: string, stream: boolean) => ({
    path: '/v1/messages',
    body: { model, stream, max_tokens: 4000, messages: [{ role: 'user', content: 'Hi' }] },
  }),
  gemini: (model: string, stream: boolean) => ({
    path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
  }),
} as const;

export type AskedDoor = keyof typeof questions;
export const askedDoors = Object.keys(questions) as readonly AskedDoor[];

/** Asks through a door as any HTTP client does, and gives the answer as it came. `key` is the world's token where left out. */
export function askBriefly(
  { gateway, token }: Pick<ProtocolWorld, 'gateway' | 'token'>,
  door: AskedDoor,
  model: string,
  stream: boolean,
  { key = token.key, signal }: { key?: string; signal?: AbortSignal } = {},
): Promise<Response> {
  const { path, body } = questions[door](model, stream);
  return fetch(gateway.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal !== undefined && { signal }),
  });
}

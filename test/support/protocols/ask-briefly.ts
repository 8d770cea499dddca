import { postJson } from '../chat-requests.ts';
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
    body: { model, stream, max_tokens: 99, messages: [{ role: 'user', content: 'Hi' }] },
  }),
  gemini: (model: string, stream: boolean) => ({
    path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
  }),
} as const;

export type AskedDoor = keyof typeof questions;
export const askedDoors = Object.keys(questions) as readonly AskedDoor[];

/** Asks through a door as any HTTP client does, and gives the answer as it came. */
export function askBriefly(
  { gateway, token }: Pick<ProtocolWorld, 'gateway' | 'token'>,
  door: AskedDoor,
  model: string,
  stream: boolean,
): Promise<Response> {
  const { path, body } = questions[door](model, stream);
  return postJson(gateway.url + path, token.key, body);
}

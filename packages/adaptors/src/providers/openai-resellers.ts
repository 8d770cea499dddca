import type { Provider } from '../codec.ts';
import { defineOpenAiWire } from './openai-wire.ts';

/** Hosts that sell OpenAI's models on OpenAI's own wire. Nothing tells them apart but their address. */
export const openAiResellers: readonly Provider[] = [
  defineOpenAiWire(2, { id: 'api2d', displayName: 'API2D' }),
  defineOpenAiWire(4, { id: 'closeai', displayName: 'CloseAI' }),
  defineOpenAiWire(5, { id: 'openai-sb', displayName: 'OpenAI-SB' }),
  defineOpenAiWire(6, { id: 'openai-max', displayName: 'OpenAI Max' }),
  defineOpenAiWire(7, { id: 'ohmygpt', displayName: 'OhMyGPT' }),
  defineOpenAiWire(9, { id: 'ails', displayName: 'AI.LS' }),
  defineOpenAiWire(10, { id: 'aiproxy', displayName: 'AI Proxy' }),
  defineOpenAiWire(12, { id: 'api2gpt', displayName: 'API2GPT' }),
  defineOpenAiWire(13, { id: 'aigc2d', displayName: 'AIGC2D' }),
];

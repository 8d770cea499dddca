import { defineOpenAiWire } from './openai-wire.ts';

/** Channels without a type: OpenAI's wire at their own base URL, as in One API. */
export const unknown = defineOpenAiWire(0, { id: 'unknown' });

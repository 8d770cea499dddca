import { defineOpenAiWire, dropVersion } from './openai-wire.ts';

/** A server whose base URL has the version in it already, as SDKs take it. */
export const openAiCompatible = defineOpenAiWire(50, {
  id: 'openai-compatible',
  displayName: 'OpenAI compatible',
  url: dropVersion,
});

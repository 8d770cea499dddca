import { defineOpenAiWire } from './openai-wire.ts';
import { readConfigText } from './read-config-text.ts';

export const openAi = defineOpenAiWire(1, {
  id: 'openai',
  dialect: { streamUsage: 'on-request', isFaithful: true },
  // Responses keeps more of a foreign conversation. Behind other addresses are servers that may have chat only.
  conversationOrder: (baseUrl) =>
    baseUrl.startsWith('https://api.openai.com')
      ? ['openai-responses', 'openai-chat']
      : ['openai-chat', 'openai-responses'],
  extraHeaders: (config) => ({
    ...toHeader('openai-organization', readConfigText(config, 'openai_organization')),
    ...toHeader('openai-project', readConfigText(config, 'openai_project')),
  }),
});

function toHeader(name: string, value: string): Record<string, string> {
  return value === '' ? {} : { [name]: value };
}

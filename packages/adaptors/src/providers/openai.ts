import { defineOpenAiWire } from './openai-wire.ts';
import { readConfigText } from './read-config-text.ts';

export const openAi = defineOpenAiWire(1, {
  id: 'openai',
  extraHeaders: (config) => ({
    ...toHeader('openai-organization', readConfigText(config, 'openai_organization')),
    ...toHeader('openai-project', readConfigText(config, 'openai_project')),
  }),
});

function toHeader(name: string, value: string): Record<string, string> {
  return value === '' ? {} : { [name]: value };
}

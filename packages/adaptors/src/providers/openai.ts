import type { Operation } from '@turnpike/core';
import { defineOpenAiWire } from './openai-wire.ts';
import { readConfigText } from './read-config-text.ts';

export const openAi = defineOpenAiWire(1, {
  id: 'openai',
  dialect: { streamUsage: 'on-request', isFaithful: true },
  // Responses keeps more of a foreign conversation. Behind other addresses are servers that may have chat only.
  conversationOrder: (baseUrl) =>
    isVendor(baseUrl) ? ['openai-responses', 'openai-chat'] : ['openai-chat', 'openai-responses'],
  // Servers that copy the API rarely copy this: a channel that has it says that it speaks the protocol.
  offersMore: ({ operation, baseUrl, config }) =>
    besideResponses.has(operation) && (isVendor(baseUrl) || speaksResponses(config['families'])),
  extraHeaders: (config) => ({
    ...toHeader('openai-organization', readConfigText(config, 'openai_organization')),
    ...toHeader('openai-project', readConfigText(config, 'openai_project')),
  }),
});

function toHeader(name: string, value: string): Record<string, string> {
  return value === '' ? {} : { [name]: value };
}

const besideResponses: ReadonlySet<Operation> = new Set<Operation>([
  'count-response-tokens',
  'compact-response',
]);

function isVendor(baseUrl: string): boolean {
  return baseUrl.startsWith('https://api.openai.com');
}

function speaksResponses(families: unknown): boolean {
  return Array.isArray(families) && families.includes('openai-responses');
}

import type { Settings } from './load-settings.ts';

export interface ProviderKey {
  /** Name of the channel to create. */
  readonly channelName: string;
  /** Number of the channel type, as in One API. */
  readonly channelType: number;
  readonly key: string;
}

/** The providers whose keys the environment holds: a first start creates one channel for each. */
export function listProviderKeys(settings: Settings): ProviderKey[] {
  const candidates: [channelName: string, channelType: number, key: string | undefined][] = [
    ['OpenAI', 1, settings.openaiApiKey],
    ['Anthropic', 14, settings.anthropicApiKey],
    ['DeepSeek', 36, settings.deepseekApiKey],
    ['Groq', 29, settings.groqApiKey],
    ['Mistral AI', 28, settings.mistralApiKey],
    ['Moonshot AI', 25, settings.moonshotApiKey],
    ['OpenRouter', 20, settings.openrouterApiKey],
    ['Together AI', 39, settings.togetherApiKey],
    ['xAI', 45, settings.xaiApiKey],
    ['SiliconFlow', 44, settings.siliconflowApiKey],
    ['Gemini', 24, settings.geminiApiKey],
  ];
  return candidates.flatMap(([channelName, channelType, key]) =>
    key === undefined ? [] : [{ channelName, channelType, key }],
  );
}

import type { ChatTraits, Dialect } from '../../codec.ts';

/** OpenAI's models that think; others refuse the question. */
const thinkingModels = /^(?:o\d|gpt-(?:[5-9]|\d\d)(?!-chat)|codex)/;
/** They do not know the effort `none`. */
const olderThinkingModels = /^(?:o\d|gpt-5(?:-mini|-nano|-codex|-\d{4}|$))/;

/** What holds of an upstream that says nothing of itself: OpenAI's own ways. */
export function traitsOf(dialect: Dialect, model: string): ChatTraits {
  return { ...openAiTraits(model), ...dialect.chat?.(model) };
}

function openAiTraits(model: string): ChatTraits {
  const name = model.slice(model.lastIndexOf('/') + 1);
  const base: ChatTraits = { maxStops: 4, reasoningEcho: 'never' };
  if (name.startsWith('gpt-oss')) {
    return { ...base, reasoningSwitch: 'effort', efforts: ['low', 'medium', 'high'] };
  }
  if (!thinkingModels.test(name)) return { ...base, reasoningSwitch: 'none' };
  const thinking: ChatTraits = {
    ...base,
    reasoningSwitch: 'effort',
    refusesSampling: true,
    // Only the first of them hears stop texts.
    ...(!name.startsWith('o1') && { maxStops: 0 }),
  };
  if (!olderThinkingModels.test(name)) {
    return { ...thinking, efforts: ['none', 'low', 'medium', 'high', 'xhigh'] };
  }
  const lowest = name.startsWith('gpt-5') ? (['minimal'] as const) : [];
  return { ...thinking, efforts: [...lowest, 'low', 'medium', 'high'] };
}

/** The name of the limit that a model knows: OpenAI's thinking models refuse the old one. */
export function limitKeyOf(model: string): 'max_tokens' | 'max_completion_tokens' {
  return /^(?:o\d|gpt-(?:[5-9]|\d\d))/.test(model) ? 'max_completion_tokens' : 'max_tokens';
}

/**
 * Whether the content of a model's answers is a list of parts, thoughts among them, which OpenAI's clients cannot read:
 * Mistral's thinking models do so, whoever serves them.
 */
export function answersInParts(model: string): boolean {
  return model.includes('magistral');
}

import type { OutputFormat, OutputSettings, ReasoningSettings } from '@turnpike/core';
import { defined } from '../../wire/defined.ts';
import { asArray, type JsonObject } from '../../wire/json-object.ts';
import { expandSchema } from './expand-schema.ts';
import { member, numberMember, objectMember, textMember } from './member.ts';

/** How the answer is to be made, from `generationConfig`. */
export function decodeOutput(config: JsonObject | undefined): OutputSettings {
  if (config === undefined) return {};
  const stop = asArray(member(config, 'stopSequences')).filter(isText);
  return defined({
    maxTokens: numberMember(config, 'maxOutputTokens'),
    stop: stop.length === 0 ? undefined : stop,
    choices: numberMember(config, 'candidateCount'),
    seed: numberMember(config, 'seed'),
    temperature: numberMember(config, 'temperature'),
    topP: numberMember(config, 'topP'),
    topK: numberMember(config, 'topK'),
    frequencyPenalty: numberMember(config, 'frequencyPenalty'),
    presencePenalty: numberMember(config, 'presencePenalty'),
    logprobs: decodeLogprobs(config),
    format: decodeFormat(config),
    modalities: decodeModalities(config),
    audio: decodeSpeech(config),
    image: objectMember(config, 'imageConfig'),
  });
}

function decodeLogprobs(config: JsonObject): OutputSettings['logprobs'] {
  if (member(config, 'responseLogprobs') !== true) return undefined;
  const top = numberMember(config, 'logprobs');
  return { enabled: true, ...(top !== undefined && { top }) };
}

function decodeFormat(config: JsonObject): OutputFormat | undefined {
  const type = textMember(config, 'responseMimeType');
  const json = objectMember(config, 'responseJsonSchema');
  const open = objectMember(config, 'responseSchema');
  const schema = json ?? (open && expandSchema(open));
  // Enumerations are one word of plain text: the schema lists the words.
  if (type === 'application/json' || type === 'text/x.enum')
    return schema === undefined ? { type: 'json' } : { type: 'json-schema', schema };
  return type === 'text/plain' ? { type: 'text' } : undefined;
}

const modalities = ['text', 'audio', 'image'] as const;

function decodeModalities(config: JsonObject): OutputSettings['modalities'] {
  const asked = asArray(member(config, 'responseModalities'))
    .filter(isText)
    .map((name) => name.toLowerCase());
  const known = modalities.filter((name) => asked.includes(name));
  return known.length === 0 ? undefined : known;
}

function decodeSpeech(config: JsonObject): OutputSettings['audio'] {
  const speech = objectMember(config, 'speechConfig');
  const voice = objectMember(objectMember(speech, 'voiceConfig'), 'prebuiltVoiceConfig');
  const name = textMember(voice, 'voiceName');
  return name === undefined ? undefined : { voice: name, format: 'pcm16' };
}

/** How much the model is to think, from `thinkingConfig`. */
export function decodeReasoning(config: JsonObject | undefined): ReasoningSettings | undefined {
  const thinking = objectMember(config, 'thinkingConfig');
  if (thinking === undefined) return undefined;
  const budget = numberMember(thinking, 'thinkingBudget');
  const includes = member(thinking, 'includeThoughts');
  return defined({
    effort:
      budget === 0 ? 'none' : levels[textMember(thinking, 'thinkingLevel')?.toLowerCase() ?? ''],
    budgetTokens: budget !== undefined && budget > 0 ? budget : undefined,
    isAdaptive: budget === -1 ? true : undefined,
    includesText: includes === true,
  });
}

const levels: Readonly<Record<string, ReasoningSettings['effort']>> = {
  minimal: 'minimal',
  low: 'low',
  medium: 'medium',
  high: 'high',
};

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

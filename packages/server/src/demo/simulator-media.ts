import { countPrompt } from './simulator-chat.ts';
import type { SimulatedUsage } from './simulator-record.ts';
import type { SimulatorInput } from './simulator-request.ts';
import { countTokens, wordsOfAnswer } from './simulator-words.ts';

/** An answer that is sent in one piece. */
export interface WholeAnswer {
  contentType: string;
  body: Buffer | string | object;
  /** Null where the body tells none. */
  usage: SimulatedUsage | null;
}

function json(body: object, usage: Partial<SimulatedUsage> | null = null): WholeAnswer {
  const none = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0 };
  return { contentType: 'application/json', body, usage: usage && { ...none, ...usage } };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Vectors of 1 536 numbers (or `dimensions`), the same for the same text. */
export function answerEmbeddings({ body, model }: SimulatorInput): WholeAnswer {
  const inputs = listInputs(body['input']);
  const size = typeof body['dimensions'] === 'number' ? body['dimensions'] : 1536;
  const data = inputs.map((text, index) => {
    const vector = vectorOf(text, size);
    const embedding =
      body['encoding_format'] === 'base64'
        ? Buffer.from(vector.buffer).toString('base64')
        : Array.from(vector);
    return { object: 'embedding', index, embedding };
  });
  const promptTokens = inputs.reduce((sum, text) => sum + countTokens(text), 0);
  const usage = { prompt_tokens: promptTokens, total_tokens: promptTokens };
  return json({ object: 'list', data, model, usage }, { promptTokens });
}

/** Texts, or token ids written as text. */
function listInputs(input: unknown): string[] {
  if (!Array.isArray(input)) return [String(input)];
  if (input.every((part) => typeof part === 'number')) return [input.join(' ')];
  return input.map((part: unknown) => (Array.isArray(part) ? part.join(' ') : String(part)));
}

function vectorOf(text: string, size: number): Float32Array {
  let seed = 2166136261;
  for (const character of text) seed = Math.imul(seed ^ (character.codePointAt(0) ?? 0), 16777619);
  return Float32Array.from({ length: size }, (_, index) => Math.sin(seed + index) / 8);
}

/** Flags whatever mentions violence. */
export function answerModerations({ body, model }: SimulatorInput): WholeAnswer {
  const results = listInputs(body['input']).map((text) => {
    const isFlagged = /violen/i.test(text);
    return {
      flagged: isFlagged,
      categories: { violence: isFlagged, hate: false },
      category_scores: { violence: isFlagged ? 0.98 : 0.01, hate: 0.001 },
      category_applied_input_types: { violence: ['text'], hate: [] },
    };
  });
  return json({ id: 'modr-simulated', model: model || 'omni-moderation-latest', results });
}

const onePixelPng =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Pictures of one pixel, `n` of them; gpt-image models report tokens. */
export function answerImages({ body, model }: SimulatorInput): WholeAnswer {
  const count = Number(body['n'] ?? 1) || 1;
  const asUrl = body['response_format'] === 'url';
  const picture = asUrl
    ? { url: `data:image/png;base64,${onePixelPng}` }
    : { b64_json: onePixelPng };
  const data = Array.from({ length: count }, () => picture);
  const created = Math.floor(Date.now() / 1000);
  if (!model.startsWith('gpt-image')) return json({ created, data });
  const promptTokens = countTokens(textOf(body['prompt']));
  const usage = {
    input_tokens: promptTokens,
    input_tokens_details: { text_tokens: promptTokens, image_tokens: 0 },
    output_tokens: 272 * count,
    total_tokens: promptTokens + 272 * count,
  };
  return json({ created, data, usage }, { promptTokens, completionTokens: 272 * count });
}

const audioTypes: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  opus: 'audio/opus',
  aac: 'audio/aac',
  flac: 'audio/flac',
  wav: 'audio/wav',
  pcm: 'audio/pcm',
};

/** 64 bytes of "sound" for each character. */
export function answerSpeech({ body }: SimulatorInput): WholeAnswer {
  const length = 64 * textOf(body['input']).length;
  const sound = Buffer.alloc(length, Buffer.from([0xff, 0xfb, 0x90, 0x00]));
  const contentType = audioTypes[textOf(body['response_format'])] ?? 'audio/mpeg';
  return { contentType, body: sound, usage: null };
}

/** Hears the same words in every recording; one second of it for every 16 000 bytes. */
export function answerTranscription(input: SimulatorInput): WholeAnswer {
  const { body, model, uploadBytes, path } = input;
  const text = wordsOfAnswer(input.behaviour.chunks).join('');
  const seconds = Math.max(1, Math.ceil(uploadBytes / 16000));
  const end = `00:00:${String(seconds % 60).padStart(2, '0')}`;
  switch (body['response_format']) {
    case 'text':
      return { contentType: 'text/plain; charset=utf-8', body: `${text}\n`, usage: null };
    case 'srt':
      return {
        contentType: 'text/plain; charset=utf-8',
        body: `1\n00:00:00,000 --> ${end},000\n${text}\n\n`,
        usage: null,
      };
    case 'vtt':
      return {
        contentType: 'text/vtt; charset=utf-8',
        body: `WEBVTT\n\n00:00:00.000 --> ${end}.000\n${text}\n\n`,
        usage: null,
      };
    case 'verbose_json':
      return json({
        task: path.endsWith('translations') ? 'translate' : 'transcribe',
        language: 'english',
        duration: seconds,
        text,
        segments: [{ id: 0, seek: 0, start: 0, end: seconds, text, tokens: [], temperature: 0 }],
        usage: { type: 'duration', seconds },
      });
    default:
      return transcriptionJson(model, text, seconds);
  }
}

function transcriptionJson(model: string, text: string, seconds: number): WholeAnswer {
  if (!model.startsWith('gpt-4o')) return json({ text, usage: { type: 'duration', seconds } });
  const [promptTokens, completionTokens] = [seconds * 10, countTokens(text)];
  const usage = {
    type: 'tokens',
    input_tokens: promptTokens,
    input_token_details: { text_tokens: 0, audio_tokens: promptTokens },
    output_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
  return json({ text, usage }, { promptTokens, completionTokens });
}

/** Answers an edit with the instruction's words. */
export function answerEdit({ body, behaviour }: SimulatorInput): WholeAnswer {
  const promptTokens = countPrompt(body) + countTokens(textOf(body['instruction']));
  const text = wordsOfAnswer(behaviour.chunks).join('');
  const completionTokens = behaviour.chunks;
  const usage = {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
  const created = Math.floor(Date.now() / 1000);
  return json(
    { object: 'edit', created, choices: [{ text, index: 0 }], usage },
    { promptTokens, completionTokens },
  );
}

/** The models it pretends to have. */
export function answerModels(models: readonly string[]): WholeAnswer {
  const data = models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'simulated' }));
  return json({ object: 'list', data });
}

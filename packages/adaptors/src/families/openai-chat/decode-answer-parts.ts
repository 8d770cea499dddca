import type { Annotation, MediaPart, OpaqueState } from '@turnpike/core';
import { parseDataUrl } from '../../translate/data-url.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { decodeDetailState, plainReasoning } from './decode-reasoning.ts';

/** The thoughts that a message, or a delta, carries. */
export interface Thoughts {
  text: string;
  /** The text stood under a plain name; else it is that of the details. */
  isPlain: boolean;
  state: readonly OpaqueState[];
}

/** Vendors that give details give their text under the plain name too. */
export function readThoughts(message: JsonObject): Thoughts {
  const details = asArray(message['reasoning_details']).flatMap((value): JsonObject[] => {
    const detail = asObject(value);
    return detail === undefined ? [] : [detail];
  });
  const plain =
    rawText(message['reasoning_content']) ??
    rawText(message['reasoning']) ??
    plainReasoning(message);
  const text =
    plain ??
    details.map(({ text: own, summary }) => rawText(own) ?? rawText(summary) ?? '').join('');
  const state = details.flatMap((detail) => decodeDetailState(detail) ?? []);
  return { text, isPlain: plain !== undefined, state };
}

function rawText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A message's words: mere text, or the texts of its parts (Mistral puts its thoughts among them). */
export function readWords(content: unknown): { thoughts: string; text: string } {
  if (typeof content === 'string') return { thoughts: '', text: content };
  let thoughts = '';
  let text = '';
  for (const part of asArray(content).map(asObject)) {
    if (part?.['type'] === 'thinking') {
      thoughts += asArray(part['thinking'])
        .map((piece) => rawText(asObject(piece)?.['text']) ?? '')
        .join('');
    } else text += rawText(part?.['text']) ?? '';
  }
  return { thoughts, text };
}

export function readAnnotations(value: unknown): readonly Annotation[] {
  return asArray(value).flatMap((entry): Annotation[] => {
    const raw = asObject(entry);
    const citation = asObject(raw?.['url_citation']);
    const url = asText(citation?.['url']);
    if (raw === undefined || url === undefined) return [];
    return [
      defined({
        kind: 'url' as const,
        url,
        title: asText(citation?.['title']),
        start: readOffset(citation?.['start_index']),
        end: readOffset(citation?.['end_index']),
        citedText: asText(citation?.['content']),
        origin: { family: 'openai-chat', raw } as const,
      }),
    ];
  });
}

function readOffset(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** Pictures that an answer brings: OpenRouter's and Google's extension. */
export function readImages(value: unknown): readonly MediaPart[] {
  return asArray(value).flatMap((entry): MediaPart[] => {
    const raw = asObject(entry);
    const url = asText(asObject(raw?.['image_url'])?.['url']);
    if (url === undefined) return [];
    const data = parseDataUrl(url);
    return [
      defined({
        kind: 'media' as const,
        media: 'image' as const,
        mime: data?.mime,
        source: data === undefined ? { url } : { base64: data.base64 },
      }),
    ];
  });
}

/** The state that hangs on a call, in Google's shape. */
export function readCallState(call: JsonObject): OpaqueState | undefined {
  const google = asObject(asObject(call['extra_content'])?.['google']);
  const value = asText(google?.['thought_signature']);
  return value === undefined
    ? undefined
    : { family: 'openai-chat', kind: 'thought-signature', value };
}

/** Arguments as text; some vendors send the object itself. */
export function readArguments(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

import type { MediaPart } from '@turnpike/core';
import { asText, type JsonObject } from '../../wire/json-object.ts';

/** The speech of an answer: whole, or in pieces, each of which is base64 by itself. */
export class SpokenAudio {
  #data: Buffer[] = [];
  #transcript: string[] = [];
  #about: JsonObject = {};

  push({ data, transcript, ...about }: JsonObject): void {
    const base64 = asText(data);
    if (base64 !== undefined) this.#data.push(Buffer.from(base64, 'base64'));
    if (typeof transcript === 'string') this.#transcript.push(transcript);
    this.#about = { ...this.#about, ...about };
  }

  /** Undefined where nothing was said. What is told beside the sound is for clients of this family. */
  part(): MediaPart | undefined {
    if (this.#data.length === 0) return undefined;
    const base64 = Buffer.concat(this.#data).toString('base64');
    const transcript = this.#transcript.join('');
    const about = { ...this.#about, ...(this.#transcript.length > 0 && { transcript }) };
    return {
      kind: 'media',
      media: 'audio',
      source: { base64 },
      extras: { 'openai-chat': about },
    };
  }
}

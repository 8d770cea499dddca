import type { MediaPart } from '@turnpike/core';
import { asText, type JsonObject } from '../../wire/json-object.ts';

/** The speech of an answer: whole, or in pieces, each of which is base64 by itself. */
export class SpokenAudio {
  #data: Buffer[] = [];
  #transcript = '';
  #about: JsonObject = {};

  /** Returns the words that are new. */
  push({ data, transcript, ...about }: JsonObject): string {
    const base64 = asText(data);
    if (base64 !== undefined) this.#data.push(Buffer.from(base64, 'base64'));
    const words = typeof transcript === 'string' ? transcript : '';
    this.#transcript += words;
    this.#about = { ...this.#about, ...about };
    return words;
  }

  /** Undefined where nothing was said. What is told beside sound and words is for clients of this family. */
  part(): MediaPart | undefined {
    const hasSound = this.#data.length > 0;
    if (!hasSound && this.#transcript === '') return undefined;
    return {
      kind: 'media',
      media: 'audio',
      source: hasSound ? { base64: Buffer.concat(this.#data).toString('base64') } : {},
      ...(this.#transcript !== '' && { transcript: this.#transcript }),
      extras: { 'openai-chat': this.#about },
    };
  }
}

import { asObject, asObjects, asText, parseJson, type JsonObject } from '../../wire/json-object.ts';

/** A block of a streamed answer that is told when it is whole: a picture, or what Bedrock ran itself. */
export class HeldBlock {
  readonly #kind: string;
  readonly #start: JsonObject;
  #pieces: JsonObject[] = [];
  #json = '';
  readonly #bytes: Buffer[] = [];
  #last: JsonObject = {};

  /** @param kind the one member of the block, such as `image` */
  constructor(kind: string, start: JsonObject) {
    this.#kind = kind;
    this.#start = start;
  }

  /** @param delta what stands under that member in a delta */
  add(delta: unknown): this {
    this.#pieces.push(...asObjects(delta));
    const said = asObject(delta) ?? {};
    const { input } = said;
    if (typeof input === 'string') this.#json += input;
    const bytes = asText(asObject(said['source'])?.['bytes']);
    // Each piece is base64 by itself.
    if (bytes !== undefined) this.#bytes.push(Buffer.from(bytes, 'base64'));
    this.#last = said;
    return this;
  }

  /** The block as a whole answer has it. */
  whole(): JsonObject {
    return { [this.#kind]: { ...this.#start, ...this.#said() } };
  }

  #said(): JsonObject {
    switch (this.#kind) {
      case 'toolUse':
        return { input: parseJson(this.#json) ?? {} };
      case 'toolResult':
        return { content: joinTexts(this.#pieces) };
      case 'image':
        return this.#bytes.length === 0
          ? this.#last
          : { source: { bytes: Buffer.concat(this.#bytes).toString('base64') } };
      default:
        return this.#last;
    }
  }
}

/** Words come in pieces, objects whole. */
function joinTexts(pieces: readonly JsonObject[]): JsonObject[] {
  const joined: JsonObject[] = [];
  for (const piece of pieces) {
    const before = joined.at(-1);
    const isWords = typeof piece['text'] === 'string' && typeof before?.['text'] === 'string';
    if (isWords)
      joined[joined.length - 1] = { text: String(before['text']) + String(piece['text']) };
    else joined.push(piece);
  }
  return joined;
}

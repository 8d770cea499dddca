/** Where a family's frames have generated text and finish reasons. Keys are looked for in raw JSON, whatever their depth. */
export interface TextPlaces {
  /** Members whose string values are generated text. Global; ends with the value's opening quote; group 1 is the key. */
  textStart: RegExp;
  /** A finish reason. Global; group 1 is the reason. */
  finish: RegExp;
}

/**
 * Raw frames are gathered to this size before text is taken out of them, because that costs more per call than per byte.
 * They are gathered as bytes: as strings they would outlive the young generation, and thousands of streams would keep
 * the collector busy.
 */
const rawLimit = 4 * 1024;
/** More text than this is counted, not kept. */
const textLimit = 1024 * 1024;

/**
 * Remembers what a stream generated, for the case that its upstream reports no usage. Per chunk that is one short
 * copy. Text arrives as Latin-1, one character per byte, and stays in JSON's escapes until it is asked for.
 */
export class GeneratedText {
  readonly #places: TextPlaces;
  #raw: Buffer | undefined;
  #rawBytes = 0;
  readonly #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #forgottenBytes = 0;
  #finishReason: string | undefined;

  constructor(places: TextPlaces) {
    this.#places = places;
  }

  /** Takes whole frames as Latin-1 text. */
  remember(frames: string): void {
    if (this.#rawBytes + frames.length > rawLimit) {
      this.#fold();
      if (frames.length > rawLimit) {
        this.#takeText(frames);
        return;
      }
    }
    this.#raw ??= Buffer.allocUnsafeSlow(rawLimit);
    this.#rawBytes += this.#raw.write(frames, this.#rawBytes, 'latin1');
  }

  /** Counts a piece of a frame that is too large to be remembered, unless it is encoded media. */
  forget(piece: Buffer): void {
    if (piece.indexOf('base64,') < 0 && !isEncoded(piece)) this.#forgottenBytes += piece.length;
  }

  get finishReason(): string | undefined {
    this.#fold();
    return this.#finishReason;
  }

  get forgottenBytes(): number {
    this.#fold();
    return this.#forgottenBytes;
  }

  /** Bytes of text so far, forgotten ones included; escapes count as they are written. */
  get byteLength(): number {
    this.#fold();
    return this.#pieceBytes + this.#forgottenBytes;
  }

  text(): string {
    this.#fold();
    const escaped = Buffer.concat(this.#pieces).toString('utf8');
    if (!escaped.includes('\\')) return escaped;
    try {
      return JSON.parse(`"${escaped}"`) as string;
    } catch {
      return escaped; // A vendor's broken escape: the text is for counting, so near enough.
    }
  }

  #fold(): void {
    if (this.#raw === undefined || this.#rawBytes === 0) return;
    const frames = this.#raw.toString('latin1', 0, this.#rawBytes);
    this.#rawBytes = 0;
    this.#takeText(frames);
  }

  #takeText(raw: string): void {
    for (const match of raw.matchAll(this.#places.finish)) this.#finishReason = match[1];

    const pieces: string[] = [];
    let before: RegExpExecArray | undefined;
    const { textStart } = this.#places;
    textStart.lastIndex = 0;
    for (let match = textStart.exec(raw); match !== null; match = textStart.exec(raw)) {
      const start = textStart.lastIndex;
      const end = findStringEnd(raw, start);
      if (end < 0) break;
      textStart.lastIndex = end + 1;
      const piece = raw.slice(start, end);
      if (isRepeatedReasoning(before, match, piece === pieces[pieces.length - 1])) continue;
      if (piece !== '') pieces.push(piece);
      before = match;
    }
    this.#keep(pieces.join(''));
  }

  /** As bytes, because a slice of the raw text would keep all of it alive. */
  #keep(text: string): void {
    const room = textLimit - this.#pieceBytes;
    if (text.length > room) {
      this.#forgottenBytes += text.length;
      return;
    }
    if (text === '') return;
    this.#pieces.push(Buffer.from(text, 'latin1'));
    this.#pieceBytes += text.length;
  }
}

/** Words have spaces; base64 has none for far longer than any word. */
function isEncoded(piece: Buffer): boolean {
  return piece.length > 256 && piece.indexOf(0x20, piece.length >> 1) < 0;
}

/** Offset of the quote that closes the JSON string whose text begins at `start`, or -1. */
function findStringEnd(raw: string, start: number): number {
  for (let quote = raw.indexOf('"', start); quote >= 0; quote = raw.indexOf('"', quote + 1)) {
    let back = quote - 1;
    while (back >= start && raw[back] === '\\') back--;
    if (((quote - back) & 1) === 1) return quote;
  }
  return -1;
}

/** Some upstreams send the same reasoning under two names in one delta. */
function isRepeatedReasoning(
  before: RegExpExecArray | undefined,
  match: RegExpExecArray,
  isSameText: boolean,
): boolean {
  const one = before?.[1];
  const other = match[1];
  return isSameText && one !== other && (isReasoning(one) || isReasoning(other));
}

function isReasoning(key: string | undefined): boolean {
  return key?.startsWith('reasoning') ?? false;
}

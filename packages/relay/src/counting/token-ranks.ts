const NEW_LINE = 0x0a;
const SPACE = 0x20;

/**
 * The vocabulary of a byte-pair encoding: which byte sequences are tokens, and in which order they are made. Held in
 * four arrays of bytes and numbers: as JavaScript strings in a map the same takes ten times the memory.
 */
export class TokenRanks {
  readonly #bytes: Buffer;
  /** Of entry n the bytes are `starts[n]` to `starts[n + 1]`. */
  readonly #starts: Uint32Array;
  readonly #ranks: Uint32Array;
  /** Entry + 1 by hash, next slots where that is taken; 0: none. */
  readonly #slots: Uint32Array;

  /** @param vocabulary a `.tiktoken` file: on each line a token in base64 and its rank */
  constructor(vocabulary: Buffer) {
    const count = countLines(vocabulary);
    this.#starts = new Uint32Array(count + 1);
    this.#ranks = new Uint32Array(count);
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(count * 2)));
    const bytes = Buffer.allocUnsafeSlow(vocabulary.length);
    let end = 0;
    let line = 0;
    for (let entry = 0; entry < count; entry += 1) {
      const space = vocabulary.indexOf(SPACE, line);
      const newLine = vocabulary.indexOf(NEW_LINE, space);
      const lineEnd = newLine < 0 ? vocabulary.length : newLine;
      end += bytes.write(vocabulary.toString('latin1', line, space), end, 'base64');
      this.#starts[entry + 1] = end;
      this.#ranks[entry] = Number(vocabulary.toString('latin1', space + 1, lineEnd));
      line = lineEnd + 1;
    }
    this.#bytes = Buffer.from(bytes.subarray(0, end));
    for (let entry = 0; entry < count; entry += 1) this.#enter(entry);
  }

  /** The rank of a token; undefined where these bytes are none. */
  rankOf(text: Buffer, start: number, end: number): number | undefined {
    const last = this.#slots.length - 1;
    for (let slot = hash(text, start, end) & last; ; slot = (slot + 1) & last) {
      const entry = (this.#slots[slot] as number) - 1;
      if (entry < 0) return undefined;
      if (this.#isEntry(entry, text, start, end)) return this.#ranks[entry];
    }
  }

  #enter(entry: number): void {
    const last = this.#slots.length - 1;
    const start = this.#starts[entry] as number;
    let slot = hash(this.#bytes, start, this.#starts[entry + 1] as number) & last;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & last;
    this.#slots[slot] = entry + 1;
  }

  #isEntry(entry: number, text: Buffer, start: number, end: number): boolean {
    const from = this.#starts[entry] as number;
    if ((this.#starts[entry + 1] as number) - from !== end - start) return false;
    for (let at = start; at < end; at += 1)
      if (this.#bytes[from + at - start] !== text[at]) return false;
    return true;
  }
}

function countLines(file: Buffer): number {
  let lines = file.length > 0 && file[file.length - 1] !== NEW_LINE ? 1 : 0;
  for (let at = file.indexOf(NEW_LINE); at >= 0; at = file.indexOf(NEW_LINE, at + 1)) lines += 1;
  return lines;
}

/** FNV-1a. */
function hash(bytes: Buffer, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let at = start; at < end; at += 1)
    value = Math.imul(value ^ (bytes[at] as number), 0x01000193);
  return (value ^ (value >>> 15)) >>> 0;
}

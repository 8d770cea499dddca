/** A number of a price table, and where it stands in the text. */
export interface PriceEntry {
  /** Model or group; for a picture's table the size or quality is in `part`. */
  name: string;
  part?: string;
  value: number;
}

/** What is wrong with a price table, in words an administrator can act on. */
export interface PriceJsonProblem {
  problem: string;
}

/**
 * Reads a JSON object of numbers, or (with `hasParts`) of numbers and objects of numbers. Stricter than `JSON.parse`
 * where money is at stake: a name that stands twice is an error, and each error says which entry and where.
 */
export function readPriceJson(
  text: string,
  hasParts: boolean,
): { entries: readonly PriceEntry[] } | PriceJsonProblem {
  const reader = new PriceJsonReader(text, hasParts);
  try {
    return { entries: reader.read() };
  } catch (error) {
    if (isPlacedProblem(error)) return { problem: error.message };
    throw error;
  }
}

/** Ends the reading from however deep; never leaves this file. */
class PlacedProblem extends Error {
  override readonly name = 'PlacedProblem';
}

function isPlacedProblem(error: unknown): error is PlacedProblem {
  return (error as Partial<Error> | null)?.name === 'PlacedProblem';
}

const stringPattern = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const spacePattern = /[ \t\n\r]*/y;
const wordPattern = /true|false|null|"|\{|\[/y;

/** One for each text: a position that moves on. */
class PriceJsonReader {
  readonly #text: string;
  readonly #hasParts: boolean;
  #at = 0;

  constructor(text: string, hasParts: boolean) {
    this.#text = text;
    this.#hasParts = hasParts;
  }

  read(): readonly PriceEntry[] {
    const entries: PriceEntry[] = [];
    this.#readObject((name) => {
      if (this.#hasParts && this.#peek() === '{') {
        this.#readObject((part) => {
          entries.push({ name, part, value: this.#readNumber(`${name}" / "${part}`) });
        });
      } else entries.push({ name, value: this.#readNumber(name) });
    });
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail('unexpected text after the end of the object');
    return entries;
  }

  #readObject(readValue: (name: string) => void): void {
    this.#expect('{', 'expected an object, {"name": number, …}');
    const names = new Set<string>();
    if (this.#take('}')) return;
    do {
      const name = this.#readName();
      if (names.has(name)) this.#fail(`the name "${name}" stands twice`);
      names.add(name);
      this.#expect(':', `expected ":" after "${name}"`);
      readValue(name);
    } while (this.#take(','));
    this.#expect('}', 'expected "," or "}"');
  }

  #readName(): string {
    this.#skipSpace();
    const quoted = this.#match(stringPattern);
    if (quoted === undefined) this.#fail('expected a name in double quotes');
    const name = String(JSON.parse(quoted));
    if (name.trim() === '') this.#fail('a name is empty');
    return name;
  }

  #readNumber(label: string): number {
    this.#skipSpace();
    const start = this.#at;
    const digits = this.#match(numberPattern);
    if (digits !== undefined && !/^[\w.+-]/.test(this.#text.slice(this.#at))) return Number(digits);
    this.#at = start;
    const isJson = this.#match(wordPattern) !== undefined;
    this.#at = start;
    this.#fail(`the value of "${label}" is ${isJson ? 'no number' : 'not valid JSON'}`);
  }

  #peek(): string | undefined {
    this.#skipSpace();
    return this.#text[this.#at];
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string, problem: string): void {
    if (!this.#take(character)) this.#fail(problem);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #skipSpace(): void {
    this.#match(spacePattern);
  }

  #fail(problem: string): never {
    const before = this.#text.slice(0, this.#at).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    const place = this.#at >= this.#text.length ? 'at the end of the text, ' : '';
    throw new PlacedProblem(`${problem} (${place}line ${before.length}, column ${column})`);
  }
}

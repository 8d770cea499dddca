/** Tells whether pieces of text make a complete JSON object or list so far, without ever reading one twice. */
export class JsonBalance {
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #hasBegun = false;

  push(piece: string): void {
    for (let index = 0; index < piece.length; index++) this.#take(piece.charCodeAt(index));
  }

  get isComplete(): boolean {
    return this.#hasBegun && this.#depth === 0;
  }

  #take(code: number): void {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (code === BACKSLASH) this.#isEscaped = true;
      else if (code === QUOTE) this.#isInString = false;
      return;
    }
    if (code === QUOTE) this.#isInString = true;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      this.#depth++;
      this.#hasBegun = true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) this.#depth--;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** More text than this is counted, not kept. */
const textLimit = 1024 * 1024;

/** What an answer said so far, for a local count where the upstream reports none. */
export class SaidText {
  #pieces: string[] = [];
  #bytes = 0;
  #forgottenBytes = 0;

  add(text: string): void {
    if (text === '') return;
    const bytes = Buffer.byteLength(text);
    if (this.#bytes + bytes > textLimit) this.#forgottenBytes += bytes;
    else {
      this.#bytes += bytes;
      this.#pieces.push(text);
    }
  }

  /** Bytes of UTF-8, forgotten ones included. */
  get byteLength(): number {
    return this.#bytes + this.#forgottenBytes;
  }

  get forgottenBytes(): number {
    return this.#forgottenBytes;
  }

  text(): string {
    return this.#pieces.join('');
  }
}

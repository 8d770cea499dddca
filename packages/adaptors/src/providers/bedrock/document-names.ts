/**
 * Names of a request's documents: Converse wants every one to have its own, of letters, digits, single blanks and a few
 * signs.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html
 */
export class DocumentNames {
  readonly #taken = new Set<string>();
  #count = 0;

  /** @param title as the client called it, if it did */
  next(title: string | undefined): string {
    this.#count += 1;
    const wanted = (title ?? '')
      .replaceAll(/[^A-Za-z0-9()[\] -]+/g, ' ')
      .replaceAll(/ {2,}/g, ' ')
      .trim()
      .slice(0, maxLength)
      .trim();
    const base = wanted === '' ? `document-${this.#count}` : wanted;
    const name = this.#taken.has(base) ? `${base} (${this.#count})` : base;
    this.#taken.add(name);
    return name;
  }
}

const maxLength = 180;

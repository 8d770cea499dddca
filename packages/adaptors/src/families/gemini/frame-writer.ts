import type { PathFacts } from '../../translation.ts';

/** Without `alt=sse` a stream is one JSON array whose items come one by one. */
export function isJsonArrayStream(path: Pick<PathFacts, 'search'> | undefined): boolean {
  return path !== undefined && !/[?&]alt=sse(?:&|$)/i.test(path.search);
}

/**
 * Writes the answers of a stream in the form that the client asked for. Every item ends with an empty line, so that what
 * keeps a silent stream open may follow any of them.
 */
export class FrameWriter {
  readonly #isArray: boolean;
  #isFirst = true;

  constructor(isArray: boolean) {
    this.#isArray = isArray;
  }

  /** @param json one answer */
  item(json: string): Buffer {
    if (!this.#isArray) return Buffer.from(`data: ${json}\n\n`);
    const open = this.#isFirst ? '[' : ',';
    this.#isFirst = false;
    return Buffer.from(`${open}${json}\n\n`);
  }

  /** What comes behind the last item. */
  close(): Buffer {
    if (!this.#isArray) return Buffer.alloc(0);
    return Buffer.from(this.#isFirst ? '[]\n' : ']\n');
  }
}

import { SseReader, type SseFrame } from '@turnpike/adaptors';

export type ResponseObject = Readonly<Record<string, unknown>>;

/** Beyond this no more events are kept for followers: they go on with the last one, which has all of the answer. */
const MAX_EVENT_BYTES = 16 * 1024 * 1024;

const ends: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
]);

/** Reads the events of an answer that is being made: numbers them anew, and finds the whole response in them. */
export class ResponseEvents {
  readonly #reader = new SseReader();
  readonly #own: ResponseObject;
  readonly #isKept: boolean;
  #bytes = 0;
  #count = 0;
  /** Frames as clients get them, in order. */
  readonly frames: string[] = [];
  /** Numbers of these frames. */
  readonly numbers: number[] = [];
  /** The response as it ended; undefined while it has not. */
  final: ResponseObject | undefined;

  /** @param own members that are ours whatever the upstream says: the id, where it goes on from … */
  constructor(own: ResponseObject, isKept: boolean) {
    this.#own = own;
    this.#isKept = isKept;
  }

  push(chunk: Buffer): void {
    for (const frame of this.#reader.push(chunk)) this.#take(frame);
  }

  /** The response as the upstream made it, with what is ours. */
  own(response: ResponseObject): ResponseObject {
    return { ...response, ...this.#own };
  }

  /** An end of our own. There is no event for what was cancelled. */
  finish(final: ResponseObject): void {
    this.final = final;
    const type = `response.${String(final['status'])}`;
    this.#keep({ type: ends.has(type) ? type : 'response.failed', response: final }, true);
  }

  #take({ data, event: name }: SseFrame): void {
    // Nearly all are pieces of text: nobody but a follower wants them.
    if (data === undefined || (!this.#isKept && !data.includes('"response"'))) return;
    const event = parseObject(data);
    if (event === undefined) return;
    const type = event['type'] ?? name;
    const response = asObject(event['response']);
    const whole = response && this.own(response);
    const isEnd = ends.has(type);
    if (isEnd && whole !== undefined) this.final = whole;
    this.#keep({ ...event, type, ...(whole !== undefined && { response: whole }) }, isEnd);
  }

  #keep(event: ResponseObject, isEnd: boolean): void {
    const number = this.#count++;
    if (!this.#isKept || (this.#bytes > MAX_EVENT_BYTES && !isEnd)) return;
    const data = JSON.stringify({ ...event, sequence_number: number });
    const frame = `event: ${String(event['type'])}\ndata: ${data}\n\n`;
    this.#bytes += frame.length;
    this.frames.push(frame);
    this.numbers.push(number);
  }
}

/** Undefined for everything that is no JSON object. */
export function parseObject(text: string): ResponseObject | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): ResponseObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as ResponseObject)
    : undefined;
}

import { errors } from '@turnpike/core';
import { FrameSplitter, maxFrameBytes } from './frame-splitter.ts';
import { parseSseFrame, type SseFrame } from './sse-frame.ts';

/**
 * Reads server-sent events from chunks that may end anywhere, inside a character too.
 *
 * @throws `bad_upstream_response` from `push` when one event grows beyond 32 MiB
 */
export class SseReader {
  readonly #splitter = new FrameSplitter();

  push(chunk: Buffer): SseFrame[] {
    const frames = this.#splitter.push(chunk).map(parseSseFrame).filter(hasContent);
    if (this.#splitter.pendingBytes > maxFrameBytes) throw errors.badUpstreamResponse();
    return frames;
  }

  /** The last event, where the stream ended without the blank line behind it. */
  end(): SseFrame[] {
    const rest = this.#splitter.end();
    return rest === undefined ? [] : [parseSseFrame(rest)].filter(hasContent);
  }
}

function hasContent(frame: SseFrame): boolean {
  return frame.data !== undefined || frame.event !== undefined;
}

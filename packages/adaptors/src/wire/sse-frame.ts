/** One server-sent event. */
export interface SseFrame {
  /** Undefined where no `event:` field was sent. */
  event: string | undefined;
  /** All `data:` lines, joined with line feeds; undefined where there was none (comments only). */
  data: string | undefined;
  id: string | undefined;
}

/** Reads the lines of one frame. Unknown fields and comments are passed over, and the mark that a stream may begin with. */
export function parseSseFrame(bytes: Buffer): SseFrame {
  const frame: SseFrame = { event: undefined, data: undefined, id: undefined };
  const text = bytes.toString('utf8');
  const lines = text.startsWith(byteOrderMark) ? text.slice(1) : text;
  for (const line of lines.split(lineEnd)) {
    const colon = line.indexOf(':');
    if (line === '' || colon === 0) continue;
    if (line.startsWith('{')) {
      // No field name begins so: some upstreams write a bare JSON error into the stream.
      frame.data ??= line;
      continue;
    }
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') frame.data = frame.data === undefined ? value : `${frame.data}\n${value}`;
    else if (field === 'event') frame.event = value;
    else if (field === 'id') frame.id = value;
    else if (field === 'error') {
      // llama.cpp's own field for what went wrong.
      frame.event = 'error';
      frame.data ??= value;
    }
  }
  return frame;
}

const byteOrderMark = '\ufeff';
const lineEnd = /\r\n|\n|\r/;

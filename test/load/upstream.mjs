// An upstream that costs next to nothing, so that what is measured is the proxy in front of it.
// It parses no more of HTTP than it must: answers come from buffers made at the start.
//
// A body with `"stream":true` gets a stream; `"user":"load chunks=200 pace=4"` in it says how many chunks and how
// many milliseconds apart. Each chunk is one socket write and carries, as `"t"`, the monotonic nanoseconds of that
// moment, from which a client on the same machine can tell how long the chunk was on its way. Streams of `/v1/messages`
// are Anthropic's, of as many words.
// Flag: --port <n>. Prints `{"url": …}` once it listens.
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });

const usage = {
  prompt_tokens: 20,
  completion_tokens: 30,
  total_tokens: 50,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
};
const wholeBody = JSON.stringify({
  id: 'chatcmpl-load',
  object: 'chat.completion',
  created: 1790000000,
  model: 'gpt-4o-mini',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'word '.repeat(60), refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage,
  service_tier: 'default',
  system_fingerprint: 'fp_load',
});
const wholeAnswer = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: load\r\n' +
    `openai-processing-ms: 1\r\ncontent-length: ${wholeBody.length}\r\n\r\n${wholeBody}`,
);

const timeMark = '0'.repeat(19);
const chunk = (members) => ({
  id: 'chatcmpl-load',
  object: 'chat.completion.chunk',
  created: 1790000000,
  model: 'gpt-4o-mini',
  service_tier: 'default',
  system_fingerprint: 'fp_load',
  ...members,
});
const choice = (delta, finishReason = null) => [
  { index: 0, delta, logprobs: null, finish_reason: finishReason },
];
const encode = (text) => Buffer.from(`${text.length.toString(16)}\r\n${text}\r\n`);
const frame = (value) => encode(`data: ${JSON.stringify(value)}\n\n`);

const streamHead = Buffer.concat([
  Buffer.from(
    'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nx-request-id: load\r\n' +
      'transfer-encoding: chunked\r\n\r\n',
  ),
  frame(chunk({ choices: choice({ role: 'assistant', content: '', refusal: null }) })),
]);
const contentFrame = frame(chunk({ choices: choice({ content: ' word' }), t: timeMark }));
const markOffset = contentFrame.indexOf(timeMark);
const streamTail = Buffer.concat([
  frame(chunk({ choices: choice({}, 'stop') })),
  frame(chunk({ choices: [], usage })),
  encode('data: [DONE]\n\n'),
  Buffer.from('0\r\n\r\n'),
]);

const event = (type, members) =>
  encode(`event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`);
const part = { index: 0 };
/** What one protocol streams: before the words, each word (with the place of its time mark, if any), and after them. */
const chatStream = { head: streamHead, word: contentFrame, markOffset, tail: streamTail };
const messagesStream = {
  head: Buffer.concat([
    streamHead.subarray(0, streamHead.indexOf('\r\n\r\n') + 4),
    event('message_start', {
      message: {
        ...{ id: 'msg_load', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5' },
        ...{ content: [], stop_reason: null, stop_sequence: null },
        usage: { input_tokens: 20, output_tokens: 1 },
      },
    }),
    event('content_block_start', { ...part, content_block: { type: 'text', text: '' } }),
  ]),
  word: event('content_block_delta', { ...part, delta: { type: 'text_delta', text: ' word' } }),
  markOffset: undefined,
  tail: Buffer.concat([
    event('content_block_stop', part),
    event('message_delta', {
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 30 },
    }),
    event('message_stop', {}),
    Buffer.from('0\r\n\r\n'),
  ]),
};

function sendStream(socket, { head, word, markOffset, tail }, chunks, pace) {
  socket.write(head);
  let left = chunks;
  const timer = setInterval(() => {
    if (socket.destroyed) {
      clearInterval(timer);
    } else if (left > 0) {
      left -= 1;
      socket.write(markOffset === undefined ? word : withTime(word, markOffset));
    } else {
      clearInterval(timer);
      socket.write(tail);
    }
  }, pace);
}

function withTime(frame, offset) {
  const bytes = Buffer.from(frame);
  bytes.write(process.hrtime.bigint().toString().padStart(19, '0'), offset, 'latin1');
  return bytes;
}

/** Small bodies are searched whole, large ones only at their ends: the members that decide are there. */
function answer(socket, stream, first, last) {
  const text =
    first === last && first.length <= 1024
      ? first.latin1Slice()
      : first.subarray(0, 512).latin1Slice() + last.subarray(-512).latin1Slice();
  if (!/"stream"\s*:\s*true/.test(text)) {
    socket.write(wholeAnswer);
    return;
  }
  const chunks = Number(/chunks=(\d+)/.exec(text)?.[1] ?? 200);
  const pace = Number(/pace=(\d+)/.exec(text)?.[1] ?? 4);
  sendStream(socket, stream, chunks, pace);
}

const server = createServer({ noDelay: true }, (socket) => {
  let pending = Buffer.alloc(0);
  /** Body bytes still to come; -1: in a head; -2: in a chunked body. */
  let missing = -1;
  let first;
  let stream = chatStream;
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    let rest = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
    pending = Buffer.alloc(0);
    while (rest.length > 0) {
      if (missing === -1) {
        const end = rest.indexOf('\r\n\r\n');
        if (end === -1) {
          pending = rest;
          return;
        }
        const head = rest.latin1Slice(0, end);
        const length = /\r\ncontent-length: *(\d+)/i.exec(head);
        const isChunked = /\r\ntransfer-encoding: *chunked/i.test(head);
        missing = isChunked ? -2 : Number(length?.[1] ?? 0);
        stream = head.startsWith('POST /v1/messages') ? messagesStream : chatStream;
        rest = rest.subarray(end + 4);
        first = undefined;
        if (missing === 0) {
          missing = -1;
          socket.write(wholeAnswer);
          continue;
        }
      }
      if (missing === -2) {
        first ??= rest;
        if (rest.indexOf('0\r\n\r\n', Math.max(0, rest.length - 5)) === -1) return;
        missing = -1;
        answer(socket, stream, first, rest);
        return;
      }
      const part = rest.subarray(0, missing);
      first ??= part;
      missing -= part.length;
      rest = rest.subarray(part.length);
      if (missing > 0) return;
      missing = -1;
      answer(socket, stream, first, part);
    }
  });
});

server.listen(Number(values.port), '127.0.0.1', () => {
  const { port } = server.address();
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});

import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { SimulatedBehaviour } from './simulator-behaviour.ts';
import type { SimulatedRequest, SimulatedUsage } from './simulator-record.ts';

/** A stream before it is written. A payload that holds a line break carries its own `event:` line. */
export interface StreamScript {
  head: readonly string[];
  /** One entry for each token; it may need several frames (`n` choices). */
  content: readonly (readonly string[])[];
  huge: (text: string) => string;
  finish: readonly string[];
  usage: readonly string[];
  /** Terminal marker; empty where the protocol has none. */
  done: string;
}

export interface StreamTarget {
  response: ServerResponse;
  behaviour: SimulatedBehaviour;
  record: SimulatedRequest;
}

/** Writes a stream with whatever is to go wrong in it. Resolves when the answer ended or the client went away. */
export async function writeStream(
  { response, behaviour, record }: StreamTarget,
  script: StreamScript,
  usage: SimulatedUsage,
): Promise<void> {
  const lineEnd = behaviour.lineEnd === 'crlf' ? '\r\n' : '\n';
  const frame = (payload: string): string => encodeFrame(payload, lineEnd);
  const write = (bytes: Buffer | string): Promise<void> => writeCounted(response, record, bytes);

  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-request-id': `sim-${record.sequence}`,
  });
  record.status = 200;
  record.tokensWritten = usage.reasoningTokens;
  response.flushHeaders();
  for (const payload of script.head) await write(frame(payload));
  if (behaviour.hugeLine > 0) await write(frame(script.huge('x'.repeat(behaviour.hugeLine))));

  for (const [index, payloads] of script.content.entries()) {
    if (isGone(response)) return;
    if (await misbehaveAt(index, { response, behaviour, record }, frame)) return;
    if (behaviour.delay > 0) await wait(behaviour.delay, undefined, { ref: false });
    const due = behaviour.comments > 0 && index % behaviour.comments === 0;
    if (due) await write(`: keep-alive${lineEnd}${lineEnd}`);
    const isLast = index === script.content.length - 1;
    for (const payload of payloads) {
      await writeContent(Buffer.from(frame(payload)), behaviour.utf8, isLast, write);
    }
    record.tokensWritten += payloads.length;
  }
  if (await misbehaveAt(script.content.length, { response, behaviour, record }, frame)) return;
  for (const payload of script.finish) await write(frame(payload));
  for (const payload of script.usage) await write(frame(payload));
  if (carriesUsage(script, behaviour)) record.usageReported = usage;
  record.tokensWritten = Math.max(record.tokensWritten, usage.completionTokens);
  if (isGone(response)) return;
  const hasDone = script.done !== '' && !behaviour.noDone;
  if (hasDone) await write(behaviour.noFinalNewline ? `data: ${script.done}` : frame(script.done));
  response.end();
  record.end = 'complete';
}

function carriesUsage(script: StreamScript, behaviour: SimulatedBehaviour): boolean {
  return script.usage.length > 0 || behaviour.usage === 'each' || behaviour.usage === 'finish';
}

function encodeFrame(payload: string, lineEnd: string): string {
  const lines = payload.includes('\n') ? payload.split('\n') : [`data: ${payload}`];
  return lines.join(lineEnd) + lineEnd + lineEnd;
}

/** Whether the stream ended here for one of the reasons that were asked for. */
async function misbehaveAt(
  index: number,
  { response, behaviour, record }: StreamTarget,
  frame: (payload: string) => string,
): Promise<boolean> {
  if (index === behaviour.cutAfter) {
    record.end = 'cut';
    // Bytes that are still in the buffers go out first, as from a process that dies after its writes.
    await new Promise((resolve) => response.write('', resolve));
    response.socket?.destroySoon();
    return true;
  }
  if (index === behaviour.hangAfter) {
    record.end = 'hung';
    return true;
  }
  if (index === behaviour.errorAfter) {
    const error = {
      message: behaviour.errorMessage || 'The simulated provider failed on request.',
      type: behaviour.errorType || 'server_error',
      param: null,
      code: behaviour.errorCode || null,
    };
    await writeCounted(response, record, frame(JSON.stringify({ error })));
    response.end();
    record.end = 'failed';
    return true;
  }
  return false;
}

/** A frame in one write, in two that cut a character, or without the last byte of a character. */
async function writeContent(
  bytes: Buffer,
  utf8: SimulatedBehaviour['utf8'],
  isLast: boolean,
  write: (bytes: Buffer) => Promise<void>,
): Promise<void> {
  const inside = bytes.findIndex((byte) => (byte & 0xc0) === 0x80);
  if (utf8 === 'broken' && isLast && inside > 0) {
    await write(Buffer.concat([bytes.subarray(0, inside), bytes.subarray(inside + 1)]));
  } else if (utf8 === 'split' && inside > 0) {
    await write(bytes.subarray(0, inside));
    await new Promise((resolve) => setImmediate(resolve));
    await write(bytes.subarray(inside));
  } else {
    await write(bytes);
  }
}

function isGone(response: ServerResponse): boolean {
  return response.destroyed || response.socket === null || response.socket.destroyed;
}

async function writeCounted(
  response: ServerResponse,
  record: SimulatedRequest,
  bytes: Buffer | string,
): Promise<void> {
  if (isGone(response)) return;
  record.bytesWritten += Buffer.byteLength(bytes);
  if (response.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      response.off('drain', finish);
      response.off('close', finish);
      resolve();
    };
    response.on('drain', finish);
    response.on('close', finish);
  });
}

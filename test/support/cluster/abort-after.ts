import { connect } from 'node:net';
import type { Sight } from '../../load/traffic.mjs';
import { model } from './cluster-world.ts';

/**
 * A client that reads so many bytes of a streamed answer (its head included) and is gone then, in the middle of
 * whatever it is in.
 *
 * @param bytes 0: it leaves as soon as it has sent its request; `Infinity`: it stays to the end
 * @returns what it saw, and how many bytes that were
 */
export function abortAfter(
  url: string,
  key: string,
  bytes: number,
  sim: Record<string, number>,
): Promise<Sight & { bytes: number }> {
  const body = JSON.stringify({
    model,
    messages: [{ role: 'user', content: `gone after ${bytes} bytes` }],
    max_tokens: 64,
    stream: true,
    stream_options: { include_usage: true },
    x_sim: sim,
  });
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    'host: gateway',
    `authorization: Bearer ${key}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ].join('\r\n');
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let text = '';
    const finish = (): void => {
      socket.destroy();
      const seen = text.slice(0, bytes);
      resolve({ ...toSight(seen, bytes), bytes: seen.length });
    };
    socket.on('data', (part) => {
      text += part.toString('latin1');
      if (text.length >= bytes) finish();
    });
    socket.on('error', finish).on('close', finish);
    socket.write(`${head}\r\n\r\n${body}`, () => {
      if (bytes === 0) finish();
    });
  });
}

function toSight(text: string, bytes: number): Sight {
  return {
    id: /^x-request-id: (\S+)/im.exec(text)?.[1] ?? '',
    plan: `gone after ${bytes} bytes`,
    outcome: text.includes('data: [DONE]\n\n') ? 'complete' : 'aborted',
    status: Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1] ?? 0),
    tokens: text.split('"delta":{"content":').length - 1,
  };
}

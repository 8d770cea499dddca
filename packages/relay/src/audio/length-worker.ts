import { open } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import type { FileContent } from '../http/upload-store.ts';
import { readAudioSeconds } from './read-audio-seconds.ts';

/** A question to this thread: how long the recording is. */
export interface LengthQuestion {
  id: number;
  file: FileContent;
}

export interface LengthAnswer {
  id: number;
  seconds: number | undefined;
}

/** One after the other, so that no more than one file is in memory. */
let last = Promise.resolve();

parentPort?.on('message', (question: LengthQuestion) => {
  last = last.then(() => answer(question));
});

async function answer({ id, file }: LengthQuestion): Promise<void> {
  let seconds: number | undefined;
  try {
    seconds = await readAudioSeconds(await readBytes(file));
  } catch {
    // The file is gone because its request is: nobody waits any more.
  }
  const reply: LengthAnswer = { id, seconds };
  parentPort?.postMessage(reply);
}

async function readBytes(content: FileContent): Promise<Buffer> {
  if ('bytes' in content) {
    const { buffer, byteOffset, byteLength } = content.bytes;
    return Buffer.from(buffer, byteOffset, byteLength);
  }
  const { path, start, end } = content;
  const handle = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(end - start);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

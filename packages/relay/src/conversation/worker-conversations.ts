import { Worker } from 'node:worker_threads';
import type { PathFacts } from '@turnpike/adaptors';
import { errors, type Family, type SecretKeys } from '@turnpike/core';
import type { PatchTarget } from '../pipeline/patch-body.ts';
import type { Conversation } from './conversation.ts';
import { fromCarried, type WorkerAnswer, type WorkerQuestion } from './worker-messages.ts';

/** The thread goes when nobody asked it for this long and it keeps nothing. */
const IDLE_MS = 10_000;

// Sources run in tests, where a worker needs the built file.
const workerUrl = new URL(
  import.meta.url.endsWith('.ts')
    ? '../../dist/conversation/conversation-worker.js'
    : './conversation-worker.js',
  import.meta.url,
);

interface Waiting {
  resolve(answer: WorkerAnswer): void;
  reject(error: Error): void;
}

/** Large conversations, in a thread of their own: to parse and print them would hold every stream up. */
export class WorkerConversations {
  readonly #secrets: SecretKeys;
  readonly #waiting = new Map<number, Waiting>();
  readonly #open = new Set<number>();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #nextId = 1;

  constructor(secrets: SecretKeys) {
    this.#secrets = secrets;
  }

  /** @throws `invalid_request` with `param`; `not_ready` where the thread ended */
  async open(body: Buffer, family: Family, path: PathFacts): Promise<Conversation> {
    const key = this.#nextId++;
    const opened = await this.#ask({ id: this.#nextId++, kind: 'open', key, body, family, path });
    if (opened.kind !== 'opened') throw new Error('another answer than to the question');
    this.#open.add(key);
    return {
      request: opened.request,
      bareCalls: opened.bareCalls,
      encode: async (target, remembered) => {
        const question = { id: this.#nextId++, kind: 'encode', key, target, remembered } as const;
        const encoded = await this.#ask(question);
        if (encoded.kind !== 'encoded') throw new Error('another answer than to the question');
        const { buffer, byteOffset, byteLength } = encoded.made.body;
        return { ...encoded.made, body: Buffer.from(buffer, byteOffset, byteLength) };
      },
      close: () => {
        if (!this.#open.delete(key)) return;
        this.#worker?.postMessage({ id: 0, kind: 'close', key } satisfies WorkerQuestion);
        this.#scheduleStop();
      },
    };
  }

  async patch(body: Buffer, target: PatchTarget): Promise<Buffer> {
    const answer = await this.#ask({ id: this.#nextId++, kind: 'patch', body, target });
    if (answer.kind !== 'patched') throw new Error('another answer than to the question');
    this.#scheduleStop();
    return Buffer.from(answer.body.buffer, answer.body.byteOffset, answer.body.byteLength);
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const stopping = this.#worker;
    this.#worker = undefined;
    await stopping?.terminate();
  }

  #ask(question: WorkerQuestion): Promise<WorkerAnswer> {
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve, reject) => {
      this.#waiting.set(question.id, { resolve, reject });
      worker.postMessage(question);
    });
  }

  #start(): Worker {
    const worker = new Worker(workerUrl, {
      workerData: { secrets: this.#secrets },
    });
    worker.unref();
    worker.on('message', (answer: WorkerAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.kind === 'failed') waiting?.reject(fromCarried(answer.error));
      else waiting?.resolve(answer);
    });
    const giveUp = (): void => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const { reject } of this.#waiting.values())
        reject(errors.notReady({ retryAfterMs: 1000 }));
      this.#waiting.clear();
      this.#open.clear();
    };
    worker.on('error', giveUp);
    worker.on('exit', giveUp);
    return worker;
  }

  #scheduleStop(): void {
    if (this.#open.size > 0 || this.#waiting.size > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.close(), IDLE_MS);
    this.#idle.unref();
  }
}

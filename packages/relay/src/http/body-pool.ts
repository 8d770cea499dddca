import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Bodies above this are worth it; smaller ones come in one piece, which needs no copy. */
export const LARGE_BYTES = 64 * 1024;
/** Larger ones are rare enough to be left to the collector. */
const HUGE_BYTES = 4 * 1024 * 1024;
const MAX_IDLE_BYTES = 32 * 1024 * 1024;
const IDLE_MS = 10_000;

/** Published by undici right before it writes a request. */
const SENDING = 'undici:client:sendHeaders';

interface Sending {
  request: { body?: unknown };
  socket: Socket;
}

/** What a body lies in, and where it was sent. */
interface Lease {
  memory: Buffer;
  sockets: Socket[];
}

/**
 * Memory for large request bodies, used again and again. Left to the collector, bodies that are in flight when it runs
 * grow old, and from then on only full collections free them: at 400 KB that doubled the CPU of a request.
 *
 * A body's memory is taken back only when each socket that it was given to has passed all of it on to the system: an
 * upstream may answer before it has read everything. Where that is not certain, the collector gets it after all.
 */
export class BodyPool {
  readonly #leases = new WeakMap<object, Lease>();
  readonly #idle = new Map<number, Buffer[]>();
  #idleBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    subscribe(SENDING, this.#noteSending);
  }

  /** Memory for just so many bytes; what it holds is undefined. */
  take(bytes: number): Buffer {
    if (bytes > HUGE_BYTES) return Buffer.allocUnsafeSlow(bytes);
    const size = sizeFor(bytes);
    const memory = this.#takeIdle(size) ?? Buffer.allocUnsafeSlow(size);
    const body = memory.subarray(0, bytes);
    this.#leases.set(body, { memory, sockets: [] });
    return body;
  }

  /** Nobody reads this body any more, undici aside. Harmless for a buffer from elsewhere, and when repeated. */
  giveBack(body: Buffer): void {
    const lease = this.#leases.get(body);
    if (lease === undefined) return;
    this.#leases.delete(body);
    const { memory, sockets } = lease;
    if (sockets.length === 0 || !sockets.every(hasPassedOn)) return;
    if (this.#idleBytes + memory.length > MAX_IDLE_BYTES) return;
    this.#keepIdle(memory);
  }

  close(): void {
    unsubscribe(SENDING, this.#noteSending);
    this.#dropIdle();
  }

  #noteSending = (message: unknown): void => {
    const { request, socket } = message as Sending;
    const { body } = request;
    if (body instanceof Buffer && body.length > LARGE_BYTES)
      this.#leases.get(body)?.sockets.push(socket);
  };

  #takeIdle(size: number): Buffer | undefined {
    const memory = this.#idle.get(size)?.pop();
    if (memory !== undefined) this.#idleBytes -= size;
    return memory;
  }

  #keepIdle(memory: Buffer): void {
    const sameSize = this.#idle.get(memory.length);
    if (sameSize === undefined) this.#idle.set(memory.length, [memory]);
    else sameSize.push(memory);
    this.#idleBytes += memory.length;
    this.#timer ??= setTimeout(this.#dropIdle, IDLE_MS).unref();
  }

  #dropIdle = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#idle.clear();
    this.#idleBytes = 0;
  };
}

/** The next power of two, so that bodies of similar sizes share. */
function sizeFor(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(bytes));
}

/** A socket that was destroyed writes nothing more either, but how far it came is nobody's concern here. */
function hasPassedOn(socket: Socket): boolean {
  return !socket.destroyed && socket.writableLength === 0;
}

import { readRealtimeEvent } from '@turnpike/adaptors';
import { WebSocket, type RawData } from 'ws';
import type { RealtimeBill } from './realtime-bill.ts';

/** Beyond this much that one side has not taken yet, the other one is not read. */
const MAX_WAITING_BYTES = 1024 * 1024;
const RESUME_MS = 20;
/** Nobody says anything for this long: the session is forgotten. */
const IDLE_MS = 60 * 60_000;
const CLOSE_MS = 2000;

const outOfBudget = JSON.stringify({
  type: 'error',
  error: {
    type: 'insufficient_quota',
    code: 'insufficient_user_quota',
    message: 'The quota is used up. The session ends here.',
    param: null,
    event_id: null,
  },
});

/** Two sockets, frame for frame, with an eye on what the upstream says it used. */
export class RealtimeSession {
  readonly #client: WebSocket;
  readonly #upstream: WebSocket;
  readonly #bill: RealtimeBill;
  readonly #onEnd: () => void;
  #isGenerating = false;
  #isDraining = false;
  #isOver = false;
  #lastFrameAt = Date.now();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(client: WebSocket, upstream: WebSocket, bill: RealtimeBill, onEnd: () => void) {
    this.#client = client;
    this.#upstream = upstream;
    this.#bill = bill;
    this.#onEnd = onEnd;
    this.#connect(client, upstream, () => undefined);
    this.#connect(upstream, client, (data) => {
      this.#watch(data);
    });
    this.#later(IDLE_MS, this.#checkIdle);
  }

  /** Ends when the response that is under way does, at once where there is none. */
  drain(): void {
    this.#isDraining = true;
    if (!this.#isGenerating) this.#close(1001, 'The gateway is stopping.');
  }

  /** Ends now. */
  cut(): void {
    this.#client.terminate();
    this.#upstream.terminate();
    this.#end();
  }

  #connect(from: WebSocket, to: WebSocket, watch: (data: string) => void): void {
    from.on('message', (data: RawData, isBinary: boolean) => {
      this.#lastFrameAt = Date.now();
      const frame = toBuffer(data);
      if (to.readyState === WebSocket.OPEN) to.send(frame, { binary: isBinary });
      if (!isBinary) watch(frame.toString('utf8'));
      if (to.bufferedAmount > MAX_WAITING_BYTES) this.#pause(from, to);
    });
    from.on('close', (code: number, reason: Buffer) => {
      this.#close(code, reason.toString('utf8'), to);
    });
    from.on('error', () => {
      this.#close(1011, 'The connection failed.', to);
    });
  }

  #pause(from: WebSocket, to: WebSocket): void {
    from.pause();
    const check = (): void => {
      if (to.bufferedAmount <= MAX_WAITING_BYTES || to.readyState !== WebSocket.OPEN) from.resume();
      else this.#later(RESUME_MS, check);
    };
    this.#later(RESUME_MS, check);
  }

  #watch(text: string): void {
    const event = readRealtimeEvent(text);
    switch (event?.kind) {
      case 'begun':
        this.#isGenerating = true;
        return;
      case 'delta':
        this.#bill.noteDelta(event.bytes);
        return;
      case 'done':
        this.#isGenerating = false;
        void this.#charge(event.usage);
        return;
      case undefined:
        return;
    }
  }

  async #charge(usage: Parameters<RealtimeBill['charge']>[0]): Promise<void> {
    const mayGoOn = await this.#bill.charge(usage).catch(() => false);
    if (!mayGoOn && !this.#isOver) {
      this.#client.send(outOfBudget);
      this.#close(1008, 'The quota is used up.');
    } else if (this.#isDraining) this.#close(1001, 'The gateway is stopping.');
  }

  #checkIdle = (): void => {
    const left = IDLE_MS - (Date.now() - this.#lastFrameAt);
    if (left <= 0) this.#close(1000, 'The session was idle.');
    else this.#later(left, this.#checkIdle);
  };

  #close(code: number, reason: string, only?: WebSocket): void {
    for (const socket of only === undefined ? [this.#client, this.#upstream] : [only]) {
      if (socket.readyState === WebSocket.OPEN) socket.close(sendable(code), reason.slice(0, 120));
    }
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
    // Whoever does not answer a close is not waited for.
    setTimeout(() => {
      this.#client.terminate();
      this.#upstream.terminate();
    }, CLOSE_MS).unref();
    this.#onEnd();
  }

  #later(delayMs: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, delayMs);
    timer.unref();
    this.#timers.add(timer);
  }
}

/** Codes that say how a connection broke cannot be sent. */
function sendable(code: number): number {
  return code === 1005 || code === 1006 || code === 1015 ? 1011 : code;
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}

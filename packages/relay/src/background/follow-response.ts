import type { Clock } from '@turnpike/core';
import type { ClientConnection } from '../http/client-connection.ts';
import type { BackgroundRun } from './background-run.ts';
import type { BackgroundRuns } from './background-runs.ts';
import type { RunName } from './run-records.ts';

interface EventsRead {
  frames: readonly string[];
  /** Where to go on. */
  next: number;
  isOver: boolean;
  /** It is over because its node is gone. */
  isLost?: boolean;
}

/** Frames of a response that is being made, or was. */
interface EventSource {
  /** Those from a number on that are there; `isOver`: no more will come. */
  read(from: number): Promise<EventsRead>;
  /** Resolves when there may be more. */
  wait(timeoutMs: number): Promise<void>;
}

/** How often another node's events are looked for. */
const POLL_MS = 300;

export interface FollowDeps {
  backgroundRuns: BackgroundRuns;
  clock: Clock;
  settings: { keepAliveMs: number };
}

/**
 * Streams a response to a client as it is made, from an event on, until it is over or the client leaves: that ends
 * nothing.
 *
 * @param giveUp the response as it is told of where its node is gone
 */
export async function followResponse(
  deps: FollowDeps,
  connection: ClientConnection,
  name: RunName,
  from: number,
  giveUp: () => Promise<object>,
): Promise<void> {
  const { keepAliveMs } = deps.settings;
  const waitMs = keepAliveMs > 0 ? keepAliveMs : IDLE_MS;
  const source = openEventSource(deps, name);
  connection.beginStream(200, [...streamHead], true);
  let at = from;
  let lastWriteAt = Date.now();
  while (!connection.isGone) {
    const { frames, next, isOver, isLost } = await source.read(at);
    for (const frame of frames) await write(connection, Buffer.from(frame));
    if (isLost) await write(connection, encodeLost(await giveUp(), next));
    if (isOver) {
      connection.end();
      return;
    }
    if (next > at) lastWriteAt = Date.now();
    at = next;
    await source.wait(waitMs);
    if (keepAliveMs > 0 && Date.now() - lastWriteAt >= keepAliveMs) {
      await write(connection, keepAlive);
      lastWriteAt = Date.now();
    }
  }
}

const IDLE_MS = 15_000;
const keepAlive = Buffer.from(': keep-alive\n\n');
const streamHead = [
  'content-type',
  'text/event-stream; charset=utf-8',
  'cache-control',
  'no-cache',
  'x-accel-buffering',
  'no',
] as const;

function write(connection: ClientConnection, chunk: Buffer): Promise<void> | undefined {
  let resume: () => void = () => undefined;
  const drained = new Promise<void>((resolve) => (resume = resolve));
  return connection.write(chunk, resume) ? undefined : drained;
}

function encodeLost(response: object, sequenceNumber: number): Buffer {
  const type = 'response.failed';
  const data = JSON.stringify({ type, response, sequence_number: sequenceNumber });
  return Buffer.from(`event: ${type}\ndata: ${data}\n\n`);
}

/** From memory where this node makes it, else from the store. */
function openEventSource(
  deps: { backgroundRuns: BackgroundRuns; clock: Clock },
  name: RunName,
): EventSource {
  const run = deps.backgroundRuns.find(name);
  return run === undefined ? readStored(deps, name) : readRun(run);
}

function readRun(run: BackgroundRun): EventSource {
  return {
    read(from) {
      const { frames, numbers } = run.events;
      const next = (numbers.at(-1) ?? -1) + 1;
      if (next <= from) return Promise.resolve({ frames: [], next: from, isOver: run.isOver });
      // Numbers are places, but for the last one where some before it were not kept.
      const at = numbers[from] === from ? from : frames.length - 1;
      return Promise.resolve({ frames: frames.slice(at), next, isOver: run.isOver });
    },
    wait: (timeoutMs) => run.changed(timeoutMs),
  };
}

/** Where its node is gone it is over too, though without an end. */
function readStored(
  { backgroundRuns, clock }: { backgroundRuns: BackgroundRuns; clock: Clock },
  name: RunName,
): EventSource {
  const { records } = backgroundRuns;
  return {
    async read(from) {
      const record = await records.find(name);
      if (record === undefined) return { frames: [], next: from, isOver: true, isLost: true };
      const { starts } = record;
      const first = Math.max(
        0,
        starts.findLastIndex((start) => start <= from),
      );
      const frames: string[] = [];
      let next = from;
      for (let group = first; group < starts.length; group += 1) {
        for (const [number, frame] of await records.findEvents(name, group)) {
          if (number < from) continue;
          frames.push(frame);
          next = number + 1;
        }
      }
      const isLost = !record.isOver && record.aliveUntil < clock.now();
      return { frames, next, isOver: record.isOver || isLost, isLost };
    },
    wait: () => new Promise((resolve) => setTimeout(resolve, POLL_MS)),
  };
}

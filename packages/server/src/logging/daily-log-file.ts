import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { destination } from 'pino';
import { makeDirectory } from '../make-directory.ts';

export interface LogStream {
  write(line: string): void;
  /** Resolves when everything written so far is in the file. */
  flush(): Promise<void>;
}

type Destination = ReturnType<typeof destination>;

/**
 * Writes to a file or a descriptor in the background, in order.
 *
 * @throws where the file cannot be written
 */
export function openLogStream(target: number | string): LogStream {
  return wrapDestination(openDestination(target));
}

/**
 * Writes to `turnpike-YYYYMMDD.log` in a directory, which is created where missing; at midnight of the local time zone
 * the next file begins.
 *
 * @throws where the directory or the file cannot be written
 */
export function openDailyLogFile(directory: string, now: () => Date = () => new Date()): LogStream {
  makeDirectory('--log-dir', directory);
  let nextDay = startOfNextDay(now());
  const file = openDestination(pathOf(directory, now()));
  const stream = wrapDestination(file);
  return {
    write(line) {
      const moment = now();
      if (moment.getTime() >= nextDay) {
        nextDay = startOfNextDay(moment);
        file.reopen(pathOf(directory, moment));
      }
      stream.write(line);
    },
    flush: () => stream.flush(),
  };
}

function openDestination(target: number | string): Destination {
  // The destination opens its file later; a start that cannot log must fail now.
  if (typeof target === 'string') closeSync(openSync(target, 'a'));
  // Of length 0 it would write as early, but not know when it is done.
  const stream = destination({ dest: target, sync: false, minLength: 1 });
  stream.on('error', reportOnce());
  return stream;
}

/** A disk that is full must not stop the gateway: the lines are lost, and standard error says so once. */
function reportOnce(): (error: Error) => void {
  let isReported = false;
  return (error) => {
    if (isReported) return;
    isReported = true;
    process.stderr.write(`log lines are being lost: ${error.message}\n`);
  };
}

function wrapDestination(file: Destination): LogStream {
  return {
    write: (line) => void file.write(line),
    flush: () =>
      new Promise((resolve) => {
        // A log that cannot be written must not stop the process from ending.
        file.flush(() => resolve());
      }),
  };
}

function pathOf(directory: string, moment: Date): string {
  const month = String(moment.getMonth() + 1).padStart(2, '0');
  const day = String(moment.getDate()).padStart(2, '0');
  return join(directory, `turnpike-${moment.getFullYear()}${month}${day}.log`);
}

function startOfNextDay(moment: Date): number {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate() + 1).getTime();
}

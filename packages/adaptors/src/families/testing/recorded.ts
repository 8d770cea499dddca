import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside the project, or beside the folder that a working copy of it lies in. */
const candidates = ['../', '../../'].map((up) =>
  fileURLToPath(new URL(`../../../../../${up}shared/fixtures/upstream/`, import.meta.url)),
);
const folder = candidates.find((candidate) => existsSync(candidate)) ?? '';

/** Whether the recorded answers of real providers are on this machine. */
export const hasRecorded = folder !== '';

/** Paths of what is recorded right in these folders, in order; nothing where nothing is on this machine. */
export function listRecorded(folders: readonly string[]): string[] {
  if (!hasRecorded) return [];
  return folders.flatMap((name) =>
    readdirSync(folder + name, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${name}/${entry.name}`)
      .sort(),
  );
}

/** One whole recorded body. */
export function readRecorded(path: string): Buffer {
  return readFileSync(folder + path);
}

/** A recorded stream as it was on the wire; `withEvents` adds the event names of typed streams. */
export function readRecordedStream(path: string, withEvents = false): Buffer {
  const lines = readFileSync(folder + path, 'utf8')
    .split('\n')
    .filter(Boolean);
  const frames = lines.map((line) => {
    const event = withEvents ? `event: ${(JSON.parse(line) as { type: string }).type}\n` : '';
    return `${event}data: ${line}\n\n`;
  });
  return Buffer.from(frames.join(''));
}

import { readFileSync } from 'node:fs';

/** The text of a flag that holds a password; `-` reads it from standard input, where nobody else sees it. */
export function readDsnFlag(text: string): string {
  return text === '-' ? readFileSync(0, 'utf8').trim() : text;
}

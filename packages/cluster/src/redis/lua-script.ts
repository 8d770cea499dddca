import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A script that runs inside Redis, atomically. */
export interface LuaScript {
  name: string;
  text: string;
  /** Lower-case hex SHA-1 of the text: its name in Redis. */
  sha: string;
}

/** Beside `src` and `dist`, so that both find it: compiling copies nothing. */
const folder = new URL('../../scripts/', import.meta.url);

/**
 * Reads `scripts/<name>.lua`. What several scripts begin with is a file of its own, put in front.
 *
 * @param beginning name of that file
 */
export function loadScript(name: string, beginning?: string): LuaScript {
  const text = (beginning === undefined ? '' : readText(beginning)) + readText(name);
  return { name, text, sha: createHash('sha1').update(text).digest('hex') };
}

function readText(name: string): string {
  return readFileSync(new URL(`${name}.lua`, folder), 'utf8');
}

/** Redis does not have the script, or no more: it has not run, and is to be sent with its text. */
export function isUnknownScript(error: unknown): boolean {
  const isError = typeof error === 'object' && error !== null && 'message' in error;
  return isError && String(error.message).startsWith('NOSCRIPT');
}

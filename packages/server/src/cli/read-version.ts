import { readFileSync } from 'node:fs';

/** The version of this build, as `package.json` says. */
export function readVersion(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  const { version } = manifest as { version: string }; // our own file
  return version;
}

import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The checkout: Jest runs there. */
export const root = process.cwd();

export const packageNames = readdirSync(join(root, 'packages')).filter(
  (name) => !name.includes('.'),
);

/** Absolute paths of every file of the packages' sources, fixtures left out. */
export function listSourceFiles(): string[] {
  return packageNames.flatMap((name) => listFiles(join(root, 'packages', name, 'src')));
}

/** Absolute paths of the files below a folder. */
export function listFiles(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (!entry.isDirectory()) return [path];
    return entry.name === '__fixtures__' || entry.name === '.tmp' ? [] : listFiles(path);
  });
}

/** Path from the root of the checkout, with forward slashes. */
export function toRelative(path: string): string {
  return relative(root, path).split(sep).join('/');
}

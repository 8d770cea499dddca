import type { Environment } from './read-environment.ts';

/** Names that One API's manual, New API or hosts of programs have for what is a setting here. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['SQL_CONN_MAX_LIFETIME', 'SQL_MAX_LIFETIME'],
  ['DATABASE_URL', 'SQL_DSN'],
  ['REDIS_URL', 'REDIS_CONN_STRING'],
  ['CRYPTO_SECRET', 'ENCRYPTION_KEY'],
  ['STREAMING_TIMEOUT', 'STREAM_IDLE_TIMEOUT'],
]);

/** Shorter names are near to too many others: `PORT` to `POST`, `HOST` to `HOSTS`. */
const SHORTEST = 6;
/** One slip for so many letters, and at most two. */
const LETTERS_FOR_A_SLIP = 6;
const MOST_SLIPS = 2;

/**
 * Variables that are set, that nobody reads, and whose names are nearly those of settings that are not set: one sentence
 * for each. The environment is full of names that are meant for others, so this is a guess and stops nothing.
 *
 * @param known every name that is read, aliases included
 */
export function findMisspelt(environment: Environment, known: ReadonlySet<string>): string[] {
  const unset = [...known].filter((name) => !isSet(environment, name));
  return Object.keys(environment)
    .filter((name) => !known.has(name) && isSet(environment, name))
    .sort()
    .flatMap((name) => {
      const meant = otherNames.get(name) ?? findNear(name, unset);
      return meant === undefined || !unset.includes(meant)
        ? []
        : [`${name} is not a setting, and is not read. Did you mean ${meant}?`];
    });
}

function isSet(environment: Environment, name: string): boolean {
  return (environment[name] ?? '').trim() !== '';
}

function findNear(name: string, candidates: readonly string[]): string | undefined {
  const upper = name.toUpperCase();
  let nearest: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const letters = Math.min(upper.length, candidate.length);
    const allowed = Math.min(MOST_SLIPS, Math.floor(letters / LETTERS_FOR_A_SLIP));
    if (letters < SHORTEST || Math.abs(upper.length - candidate.length) > allowed) continue;
    const slips = countSlips(upper, candidate);
    if (slips > allowed || slips >= least) continue;
    nearest = candidate;
    least = slips;
  }
  return nearest;
}

/** Letters that are wrong, missing, too many or in each other's place (optimal string alignment). */
function countSlips(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      let slips = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      const isSwapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (row > 1 && column > 1 && isSwapped)
        slips = Math.min(slips, (beforeLast[column - 2] ?? 0) + 1);
      current.push(slips);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

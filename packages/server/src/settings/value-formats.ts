import { z } from 'zod';

/**
 * How the text of a variable becomes a value. Each format says what it expects, for the documentation and for the
 * list of problems; a problem never repeats the text, which may be a secret in the wrong variable.
 */
export interface ValueFormat<T> {
  readonly schema: z.ZodType<T, string>;
  /** Completes "expected …". */
  readonly expected: string;
}

/** A format from a function that answers `undefined` for what it refuses. */
export function format<T>(
  expected: string,
  parse: (text: string) => T | undefined,
): ValueFormat<T> {
  const schema = z.string().transform((text, context): T => {
    const value = parse(text.trim());
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `expected ${expected}` });
    return z.NEVER;
  });
  return { schema, expected };
}

export const anyText = format('text', (text) => text);

/** As far as a look can tell; the password in it may be anything. */
export const databaseAddress = format(
  'postgres://…, mysql://… or user:…@tcp(host:3306)/database',
  (text) => (/^(?:postgres(?:ql)?|mysql):\/\/.|[@)].*\/./is.test(text) ? text : undefined),
);

export const flag = format('true or false', (text) => flagValues.get(text.toLowerCase()));

const flagValues = new Map([
  ['true', true],
  ['false', false],
]);

/** One of a few words, in any case. */
export function choice<const Word extends string>(...words: Word[]): ValueFormat<Word> {
  return format(`one of ${words.join(', ')}`, (text) =>
    words.find((word) => word === text.toLowerCase()),
  );
}

export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): ValueFormat<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  return format(`a whole number ${range}`, (text) =>
    /^\d{1,15}$/.test(text) ? within(Number(text), min, max) : undefined,
  );
}

const unitMs = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export type DurationUnit = keyof typeof unitMs;

/** Longest delay that a timer of Node can wait; more would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A duration in milliseconds, from `minMs` to 24 days: `500ms`, `30s`, `5m`, `1h`, or a plain number of `plainUnit`. */
export function durationMs(plainUnit: DurationUnit, minMs = 0): ValueFormat<number> {
  const names = { ms: 'milliseconds', s: 'seconds', m: 'minutes', min: 'minutes', h: 'hours' };
  const plain = plainUnit === 'd' ? 'days' : names[plainUnit];
  const limits = minMs <= 1 ? 'at most 24d' : `from ${showDuration(minMs)} to 24d`;
  return format(
    `a duration such as 500ms, 30s or 5m, or a number of ${plain}, ${limits}`,
    (text) => {
      const match = /^(\d{1,12}(?:\.\d{1,6})?)\s*(ms|s|min|m|h|d)?$/i.exec(text);
      if (match === null) return undefined;
      const unit = (match[2]?.toLowerCase() ?? plainUnit) as DurationUnit;
      return within(Math.round(Number(match[1]) * unitMs[unit]), minMs, LONGEST_TIMER_MS);
    },
  );
}

const unitBytes = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const;

/** A size in bytes: `512kb`, `10mb`, or a plain number of megabytes. */
export function sizeBytes(min: number, max: number): ValueFormat<number> {
  const limits = `from ${showSize(min)} to ${showSize(max)}`;
  return format(`a size such as 512kb or 10mb, or a number of megabytes, ${limits}`, (text) => {
    const match = /^(\d{1,12}(?:\.\d{1,6})?)\s*(b|kb|mb|gb)?$/i.exec(text);
    if (match === null) return undefined;
    const unit = (match[2]?.toLowerCase() ?? 'mb') as keyof typeof unitBytes;
    return within(Math.round(Number(match[1]) * unitBytes[unit]), min, max);
  });
}

/** An address with one of the given schemes, without the trailing slash. */
export function webUrl(...schemes: string[]): ValueFormat<string> {
  return format(`a URL that begins with ${schemes.map((s) => `${s}://`).join(' or ')}`, (text) => {
    if (!URL.canParse(text)) return undefined;
    const scheme = new URL(text).protocol.slice(0, -1);
    return schemes.includes(scheme) ? text.replace(/\/+$/, '') : undefined;
  });
}

/** Text whose form a pattern tells. */
export function textLike(pattern: RegExp, expected: string): ValueFormat<string> {
  return format(expected, (text) => (pattern.test(text) ? text : undefined));
}

/** Values separated by commas; blanks around them do not count. */
export function listOf(
  expected: string,
  accepts: (item: string) => boolean,
): ValueFormat<string[]> {
  return format(expected, (text) => {
    const items = text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    return items.every(accepts) ? items : undefined;
  });
}

/** `1000` → `1s`; what is no whole number of seconds stays in milliseconds. */
function showDuration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** `10485760` → `10mb`; sizes that are no round number stay in bytes. */
function showSize(bytes: number): string {
  if (bytes % unitBytes.mb === 0) return `${bytes / unitBytes.mb}mb`;
  return bytes % unitBytes.kb === 0 ? `${bytes / unitBytes.kb}kb` : `${bytes}b`;
}

function within(value: number, min: number, max: number): number | undefined {
  return value >= min && value <= max ? value : undefined;
}

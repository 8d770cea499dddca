/** How a console shows an option and what may be written to it. */
export type OptionType =
  'bool' | 'integer' | 'number' | 'text' | 'url' | 'list' | 'choice' | 'price-table' | 'secret';

/** Heading under which a console shows an option. */
export type OptionSection = 'login' | 'mail' | 'site' | 'quota' | 'pricing' | 'operation';

/** One run-time option. Values are stored as text; `Value` is what code works with. */
export interface OptionDefinition<Value> {
  type: OptionType;
  section: OptionSection;
  /** As text. */
  default: string;
  en: string;
  zh: string;
  /** Reads a stored text, however it got there: what cannot be understood is the default. */
  read: (text: string) => Value;
  /** Checks a text that is about to be stored. */
  check: (text: string) => { value: string } | { problem: string };
  min?: number;
  max?: number;
  choices?: readonly string[];
}

/** Option's default and its one sentence in English and Chinese. */
type Words = readonly [en: string, zh: string];

/** Exactly `true` is true, as One API reads it; only `true` and `false` can be written. */
export function bool(
  section: OptionSection,
  isOn: boolean,
  [en, zh]: Words,
): OptionDefinition<boolean> {
  return {
    type: 'bool',
    section,
    default: String(isOn),
    en,
    zh,
    read: (text) => text === 'true',
    check: (text) =>
      text === 'true' || text === 'false'
        ? { value: text }
        : { problem: 'expected "true" or "false"' },
  };
}

export interface NumberRange {
  default: number;
  min: number;
  max: number;
}

export function integer(
  section: OptionSection,
  range: NumberRange,
  words: Words,
): OptionDefinition<number> {
  return numeric('integer', 'a whole number', Number.isSafeInteger, section, range, words);
}

export function decimal(
  section: OptionSection,
  range: NumberRange,
  words: Words,
): OptionDefinition<number> {
  return numeric('number', 'a number', Number.isFinite, section, range, words);
}

function numeric(
  type: 'integer' | 'number',
  noun: string,
  isOfType: (value: number) => boolean,
  section: OptionSection,
  range: NumberRange,
  [en, zh]: Words,
): OptionDefinition<number> {
  const { min, max } = range;
  const parse = (text: string): number | undefined => {
    const trimmed = text.trim();
    if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(trimmed)) return undefined;
    const value = Number(trimmed);
    return isOfType(value) && value >= min && value <= max ? value : undefined;
  };
  return {
    type,
    section,
    default: String(range.default),
    en,
    zh,
    min,
    max,
    read: (text) => parse(text) ?? range.default,
    check(text) {
      const value = parse(text);
      return value === undefined
        ? { problem: `expected ${noun} from ${min} to ${max}` }
        : { value: String(value) };
    },
  };
}

export function text(
  section: OptionSection,
  initial: string,
  [en, zh]: Words,
): OptionDefinition<string> {
  return {
    type: 'text',
    section,
    default: initial,
    en,
    zh,
    read: (stored) => stored,
    check: (value) => ({ value }),
  };
}

/** Text that is never given out again once it is stored. */
export function secret(section: OptionSection, words: Words): OptionDefinition<string> {
  return { ...text(section, '', words), type: 'secret' };
}

/** Empty, or an http(s) address; the trailing slash goes, because paths are appended. */
export function url(section: OptionSection, words: Words): OptionDefinition<string> {
  return {
    ...text(section, '', words),
    type: 'url',
    check(value) {
      const trimmed = value.trim();
      if (trimmed === '') return { value: '' };
      return /^https?:\/\/[^\s/]/i.test(trimmed) && URL.canParse(trimmed)
        ? { value: trimmed.replace(/\/+$/, '') }
        : { problem: 'expected an address that starts with http:// or https://' };
    },
  };
}

/** Items apart by commas or lines; trimmed, empty ones dropped. */
export function list(
  section: OptionSection,
  separator: ',' | '\n',
  initial: readonly string[],
  [en, zh]: Words,
): OptionDefinition<readonly string[]> {
  const split = (stored: string): readonly string[] =>
    stored
      .split(separator)
      .map((item) => item.trim())
      .filter((item) => item !== '');
  return {
    type: 'list',
    section,
    default: initial.join(separator),
    en,
    zh,
    read: split,
    check: (value) => ({ value: split(value).join(separator) }),
  };
}

export function choice<const Choice extends string>(
  section: OptionSection,
  choices: readonly [Choice, ...Choice[]],
  [en, zh]: Words,
): OptionDefinition<Choice> {
  const find = (stored: string): Choice | undefined => choices.find((one) => one === stored);
  return {
    type: 'choice',
    section,
    default: choices[0],
    en,
    zh,
    choices,
    read: (stored) => find(stored) ?? choices[0],
    check(value) {
      return find(value) === undefined
        ? { problem: `expected one of: ${choices.join(', ')}` }
        : { value };
    },
  };
}

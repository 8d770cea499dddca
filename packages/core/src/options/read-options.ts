import {
  optionKeys,
  optionRegistry,
  type OptionKey,
  type OptionValues,
} from './option-registry.ts';

/**
 * The values in force. Stored texts that cannot be understood count as the default; names that are no option are left out.
 *
 * @param stored option name → text, only what differs from the default need be in it
 */
export function readOptions(stored: Readonly<Record<string, string>>): OptionValues {
  const values = optionKeys.map((key) => [key, readOption(key, stored)] as const);
  return Object.freeze(Object.fromEntries(values)) as unknown as OptionValues;
}

/** Option name → default as text. Tables of prices are empty here: see `readPriceOption` for what they show. */
export function optionDefaults(): Readonly<Record<OptionKey, string>> {
  return Object.fromEntries(optionKeys.map((key) => [key, optionRegistry[key].default])) as Record<
    OptionKey,
    string
  >;
}

function readOption(key: OptionKey, stored: Readonly<Record<string, string>>): unknown {
  const { default: initial, read } = optionRegistry[key];
  return read(Object.hasOwn(stored, key) ? (stored[key] ?? initial) : initial);
}

import { loginOptions } from './login-options.ts';
import { operationOptions } from './operation-options.ts';
import { quotaOptions } from './quota-options.ts';
import { siteOptions } from './site-options.ts';
import type { OptionDefinition } from './option-definition.ts';

/** Every option that an administrator can change at run time. Forms, checks and docs follow from it. */
export const optionRegistry = {
  ...loginOptions,
  ...siteOptions,
  ...quotaOptions,
  ...operationOptions,
} as const;

export type OptionKey = keyof typeof optionRegistry;

/** Option name → value as code works with it. */
export type OptionValues = {
  readonly [Key in OptionKey]: (typeof optionRegistry)[Key] extends OptionDefinition<infer Value>
    ? Value
    : never;
};

/** Names in the order in which a console lists them. */
export const optionKeys: readonly OptionKey[] = Object.keys(optionRegistry) as OptionKey[];

export function isOptionKey(key: string): key is OptionKey {
  return Object.hasOwn(optionRegistry, key);
}

/** What is known of an option; undefined for a name that is none. */
export function findOption(key: string): OptionDefinition<unknown> | undefined {
  return isOptionKey(key) ? optionRegistry[key] : undefined;
}

/**
 * Whether the value may never be given out. By name for options of other programs in an adopted database: those that end
 * in `Token`, `Secret` or `SecretKey` are secrets there too.
 */
export function isSecretOption(key: string): boolean {
  return findOption(key)?.type === 'secret' || /(Token|Secret|SecretKey|Password)$/.test(key);
}

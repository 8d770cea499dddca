import type { ValueFormat } from './value-formats.ts';

export type SettingRole = 'all' | 'relay' | 'master';

export interface SettingDefinition<T> {
  /** Name in the environment; `aliases` are read where it is unset. */
  readonly variable: string;
  readonly aliases: readonly string[];
  readonly format: ValueFormat<unknown>;
  readonly default: T;
  /** The default as it would be written in the environment; empty where nothing is the default. */
  readonly defaultText: string;
  /** One sentence for operators. */
  readonly text: string;
  /** Which role reads it. */
  readonly role: SettingRole;
  readonly isSecret: boolean;
  /** Accepted so that an environment of One API starts, but without effect here: the sentence says why. */
  readonly hasNoEffect: boolean;
}

interface Fields {
  text: string;
  role?: SettingRole;
  aliases?: readonly string[];
  isSecret?: boolean;
  hasNoEffect?: boolean;
}

/** A setting that has a default, written as it would be in the environment. */
export function setting<T>(
  variable: string,
  format: ValueFormat<T>,
  defaultText: string,
  fields: Fields,
): SettingDefinition<T> {
  return {
    ...complete(variable, format, fields),
    defaultText,
    default: format.schema.parse(defaultText),
  };
}

/** A setting that may be missing. */
export function optionalSetting<T>(
  variable: string,
  format: ValueFormat<T>,
  fields: Fields,
): SettingDefinition<T | undefined> {
  return { ...complete(variable, format, fields), defaultText: '', default: undefined };
}

function complete(variable: string, format: ValueFormat<unknown>, fields: Fields) {
  return {
    variable,
    format,
    text: fields.text,
    role: fields.role ?? 'all',
    aliases: fields.aliases ?? [],
    isSecret: fields.isSecret ?? false,
    hasNoEffect: fields.hasNoEffect ?? false,
  };
}

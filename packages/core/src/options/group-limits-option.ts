import { findLimitProblem, readLimits } from '../identity/read-limits.ts';
import type { RequestLimits } from '../identity/request-limits.ts';
import type { OptionDefinition } from './option-definition.ts';
import { parseJsonObject } from './parse-json-object.ts';

/** Group → limits of all its users together. */
export type GroupLimits = ReadonlyMap<string, RequestLimits>;

/** `{"vip":{"requests_per_minute":600}}`: what each group may ask for, all of its users together. */
export const groupLimits: OptionDefinition<GroupLimits> = {
  type: 'text',
  section: 'quota',
  default: '',
  en: 'Limits of groups, as JSON: {"group":{"requests_per_minute":…,"tokens_per_minute":…,"concurrency":…}}.',
  zh: '分组限额（JSON）：{"分组":{"requests_per_minute":…,"tokens_per_minute":…,"concurrency":…}}。',

  read(text) {
    const limits = new Map<string, RequestLimits>();
    for (const [group, value] of Object.entries(parseJsonObject(text) ?? {})) {
      const found = readLimits(value);
      if (found !== undefined) limits.set(group, found);
    }
    return limits;
  },

  check(text) {
    if (text.trim() === '') return { value: '' };
    const groups = parseJsonObject(text);
    if (groups === undefined) return { problem: 'expected a JSON object: group → limits' };
    for (const [group, value] of Object.entries(groups)) {
      const problem = findLimitProblem(value);
      if (problem !== undefined) return { problem: `group '${group}': ${problem}` };
    }
    return { value: text };
  },
};

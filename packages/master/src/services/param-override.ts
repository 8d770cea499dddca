import { managementErrors, parseJsonObject, splitJson, splitMember } from '@turnpike/core';

const NAME = 'param_override';

/** New API's field, as a channel's config has it: JSON text; null where it has none. */
export function readOverride(config: string): string | null {
  const override = parseJsonObject(config)?.[NAME] ?? '';
  if (override === '') return null;
  if (typeof override === 'string') return override;
  return (
    splitJson(config)
      .map(splitMember)
      .findLast(({ name }) => name === NAME)?.json ?? null
  );
}

/**
 * A config with this field in it. Everything else keeps its text, and the field's numbers theirs.
 *
 * @param override JSON text of an object; empty: none
 * @throws `invalid_parameter` where the config is no JSON object
 */
export function withOverride(config: string, override: string): string {
  const before = config.trim() === '' ? '{}' : config;
  if (parseJsonObject(before) === undefined)
    throw managementErrors.invalidParameter({
      param: NAME,
      reason: `'${NAME}' is kept in 'config', which is no JSON object: give a config too`,
      reasonZh: `'${NAME}' 保存在 'config' 中，而它不是 JSON 对象：请同时提供 config`,
    });
  const json = override.trim();
  const members = splitJson(before).filter((member) => splitMember(member).name !== NAME);
  if (json !== '') members.push(`"${NAME}":${json}`);
  return `{${members.join(',')}}`;
}

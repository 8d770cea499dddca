import { spliceJson, tryProbeJson } from '@turnpike/adaptors';
import { managementErrors } from '@turnpike/core';

const NAME = 'param_override';

/** New API's field, as a channel's config has it: JSON text; null where it has none. */
export function readOverride(config: string): string | null {
  if (!config.includes(`"${NAME}"`)) return null;
  const probe = tryProbeJson(Buffer.from(config));
  const member = probe?.last(NAME);
  if (probe === undefined || member === undefined || member.kind === 'null') return null;
  const text = probe.scalar(member);
  return typeof text === 'string' ? text : probe.text(member);
}

/**
 * A config with this field in it. Everything else keeps its text, and the field's numbers theirs.
 *
 * @param override JSON text of an object; empty: none
 * @throws `invalid_parameter` where the config is no JSON object
 */
export function withOverride(config: string, override: string): string {
  const before = config.trim() === '' ? '{}' : config;
  const probe = tryProbeJson(Buffer.from(before));
  if (probe === undefined)
    throw managementErrors.invalidParameter({
      param: NAME,
      reason: `'${NAME}' is kept in 'config', which is no JSON object: give a config too`,
      reasonZh: `'${NAME}' 保存在 'config' 中，而它不是 JSON 对象：请同时提供 config`,
    });
  const json = override.trim();
  if (json === '' && probe.last(NAME) === undefined) return config;
  const { slices } = spliceJson(probe, [
    json === '' ? { op: 'delete', key: NAME } : { op: 'set', key: NAME, json: json },
  ]);
  return Buffer.concat(slices).toString('utf8');
}

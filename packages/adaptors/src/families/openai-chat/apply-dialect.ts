import type { Dialect } from '../../codec.ts';
import { parseJson, type JsonObject } from '../../wire/json-object.ts';

/** Does to a body that was built what `planBodyEdits` does to one that is passed on. */
export function applyDialect(body: JsonObject, dialect: Dialect): JsonObject {
  const members = new Map(Object.entries(body));
  for (const [loser, winner] of dialect.exclusiveMembers ?? []) {
    if (members.has(winner)) members.delete(loser);
  }
  for (const [from, to] of Object.entries(dialect.renameMembers ?? {})) {
    const value = members.get(from);
    if (value === undefined) continue;
    members.delete(from);
    if (!members.has(to)) members.set(to, value);
  }
  for (const [key, { min = -Infinity, max = Infinity }] of Object.entries(
    dialect.clampMembers ?? {},
  )) {
    const value = members.get(key);
    if (typeof value === 'number') members.set(key, Math.min(Math.max(value, min), max));
  }
  for (const key of dialect.deleteMembers ?? []) members.delete(key);
  for (const { key, json, when } of dialect.defaultMembers ?? []) {
    if (!members.has(key) && (when === undefined || members.has(when))) {
      members.set(key, parseJson(json));
    }
  }
  return Object.fromEntries(members);
}

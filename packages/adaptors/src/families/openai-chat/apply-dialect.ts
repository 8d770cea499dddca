import type { Dialect } from '../../codec.ts';
import type { LossList } from '../../translate/loss-list.ts';
import { asObject, parseJson, type JsonObject } from '../../wire/json-object.ts';
import { droppedLoss, movedLoss, pathLoss } from '../dialect-losses.ts';

/** Does to a body that was built what `planBodyEdits` does to one that is passed on, and counts what it loses. */
export function applyDialect(body: JsonObject, dialect: Dialect, losses: LossList): JsonObject {
  const members = new Map(Object.entries(body));
  for (const [loser, winner] of dialect.exclusiveMembers ?? []) {
    if (members.has(winner)) drop(members, loser, losses);
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
    if (typeof value !== 'number' || (value >= min && value <= max)) continue;
    members.set(key, Math.min(Math.max(value, min), max));
    losses.take(movedLoss(key));
  }
  for (const key of dialect.deleteMembers ?? []) drop(members, key, losses);
  for (const { key, json, when } of dialect.defaultMembers ?? []) {
    if (!members.has(key) && (when === undefined || members.has(when))) {
      members.set(key, parseJson(json));
    }
  }
  const made: JsonObject = Object.fromEntries(members);
  return (dialect.deletePaths ?? []).reduce((object, path) => {
    const steps = path.split('.');
    if (!hasPath(object, steps)) return object;
    losses.take(pathLoss(path));
    return deletePath(object, steps) as JsonObject;
  }, made);
}

function drop(members: Map<string, unknown>, key: string, losses: LossList): void {
  const value = members.get(key);
  if (members.delete(key)) losses.take(droppedLoss(key, value));
}

/** Whether there is something at the end of a path, in one item of each list at least. */
function hasPath(node: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return true;
  const key = name.replace(/\[\]$/, '');
  const child = asObject(node)?.[key];
  if (child === undefined) return false;
  return key !== name && Array.isArray(child)
    ? child.some((item: unknown) => hasPath(item, rest))
    : hasPath(child, rest);
}

/** Without what a path leads to; `[]` behind a name is every item of a list. What is given is not changed. */
function deletePath(node: unknown, [name, ...rest]: readonly string[]): unknown {
  const object = asObject(node);
  if (object === undefined || name === undefined) return node;
  const key = name.replace(/\[\]$/, '');
  if (!Object.hasOwn(object, key)) return node;
  if (rest.length === 0) {
    return Object.fromEntries(Object.entries(object).filter(([member]) => member !== key));
  }
  const child = object[key];
  const changed =
    key !== name && Array.isArray(child)
      ? child.map((item: unknown) => deletePath(item, rest))
      : deletePath(child, rest);
  return { ...object, [key]: changed };
}

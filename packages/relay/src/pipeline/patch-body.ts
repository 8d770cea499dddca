import { dialectOf, findProvider, pathLoss, type Dialect } from '@turnpike/adaptors';
import type { Loss, Operation } from '@turnpike/core';
import { parseExact } from './exact-json.ts';

const developer = Buffer.from('"developer"');
/** Looked for first: a search for a few bytes that begin with a rare one is many times quicker. */
const rareOfDeveloper = Buffer.from('velope');

/** Whether something below the top level of a body must change for this upstream. Nothing is parsed to find out. */
export function needsPatch(dialect: Dialect, model: string, body: Buffer): boolean {
  if (
    refusesDeveloper(dialect, model) &&
    body.includes(rareOfDeveloper) &&
    body.includes(developer)
  )
    return true;
  const paths = dialect.deletePaths;
  return paths?.some((path) => body.includes(`"${lastName(path)}"`)) ?? false;
}

/** What such a change takes out. Found as the change is: a name in the words of a conversation is taken for a member. */
export function patchLosses(dialect: Dialect, body: Buffer): readonly Loss[] {
  const paths = dialect.deletePaths ?? [];
  return paths.flatMap((path) =>
    body.includes(`"${lastName(path)}"`) ? (pathLoss(path) ?? []) : [],
  );
}

/** An upstream, as plain data: a large body is patched in another thread. */
export interface PatchTarget {
  /** Of the provider. */
  channelType: number;
  operation: Operation;
  config: Readonly<Record<string, unknown>>;
  /** The upstream's name. */
  model: string;
}

/** Parses a body, changes what this upstream refuses, and prints it again. Everything else keeps its order, and its numbers. */
export function patchBody(body: Buffer, target: PatchTarget): Buffer {
  const { channelType, operation, config, model } = target;
  const provider = findProvider(channelType);
  if (provider === undefined) throw new Error(`no provider ${String(channelType)}`);
  const dialect = dialectOf(provider, { operation, config });
  const json = parseExact(body.toString('utf8'));
  const { tree } = json;
  if (refusesDeveloper(dialect, model)) renameDeveloper(tree);
  for (const path of dialect.deletePaths ?? []) deletePath(tree, path.split('.'));
  return Buffer.from(json.print());
}

/** Only where something is known of the vendor's chat. */
function refusesDeveloper({ chat }: Dialect, model: string): boolean {
  return chat !== undefined && chat(model).takesDeveloper !== true;
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).replace('[]', '');
}

function renameDeveloper(tree: unknown): void {
  if (!isObject(tree)) return;
  const { messages } = tree;
  if (!Array.isArray(messages)) return;
  for (const message of messages as unknown[])
    if (isObject(message) && message['role'] === 'developer') message['role'] = 'system';
}

function deletePath(node: unknown, [name, ...rest]: readonly string[]): void {
  if (name === undefined || !isObject(node)) return;
  const isList = name.endsWith('[]');
  const key = isList ? name.slice(0, -2) : name;
  const child = node[key];
  if (rest.length === 0) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- that is what it is for
    delete node[key];
  } else if (isList && Array.isArray(child)) {
    for (const item of child as unknown[]) deletePath(item, rest);
  } else deletePath(child, rest);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

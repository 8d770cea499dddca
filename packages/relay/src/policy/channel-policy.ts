import {
  probeJson,
  tryProbeJson,
  type JsonMember,
  type JsonProbe,
  type MemberEdits,
} from '@turnpike/adaptors';
import {
  endUserPolicies,
  isOutputLimit,
  parameterKind,
  parameterOperations,
  splitJson,
  usualParameterOperations,
  type EndUserPolicy,
  type Operation,
} from '@turnpike/core';
import { EditList } from './parameter-edits.ts';

/** What an administrator decides of requests to one upstream. */
export interface ChannelPolicy {
  /** Changes of a body as the upstream gets it; undefined: none. */
  editsFor(operation: Operation): MemberEdits | undefined;
  /** Most tokens of an answer: whatever the client asked for, and where it asked for nothing. */
  output: { set: number | undefined; fallback: number | undefined };
  /** Most bytes that all this adds to a body. */
  addedBytes: number;
  endUsers: EndUserPolicy;
  forbidsStorage: boolean;
}

/**
 * Reads the policies of a channel's config. What cannot be understood counts as absent: the management API keeps it from
 * being stored, but a database that was adopted may hold anything.
 *
 * @param text of the config, so that numbers stay as they were written
 * @returns undefined where there are none, as nearly always
 */
export function readChannelPolicy(
  config: Readonly<Record<string, unknown>>,
  text: string | undefined,
): ChannelPolicy | undefined {
  const { parameters, param_override: override, end_users: named, storage } = config;
  const endUsers = endUserPolicies.find((policy) => policy === named) ?? 'keep';
  const forbidsStorage = storage === 'forbid';
  const hasRules = hasContent(parameters) || hasContent(override);
  if (!hasRules && endUsers === 'keep' && !forbidsStorage) return undefined;
  const builder = new PolicyBuilder();
  const probe = hasRules ? probeJson(Buffer.from(text ?? JSON.stringify(config))) : undefined;
  if (probe !== undefined) {
    builder.addOverride(probe, probe.last('param_override'));
    for (const rule of rulesOf(probe, probe.last('parameters'))) builder.addRule(rule);
  }
  return { ...builder.build(), endUsers, forbidsStorage };
}

function hasContent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Quotes, colon, comma and braces around a name. */
const BYTES_PER_LEVEL = 6;

class PolicyBuilder {
  readonly #lists = new Map<Operation, EditList>();
  readonly #output: ChannelPolicy['output'] = { set: undefined, fallback: undefined };
  #addedBytes = 0;

  /** New API's setting: an object, or the text of one. */
  addOverride(config: JsonProbe, member: JsonMember | undefined): void {
    const object = member && objectOf(config, member);
    if (object !== undefined) this.#addValues('sets', object, usualParameterOperations);
  }

  addRule(rule: JsonProbe): void {
    const operations = operationsOf(rule);
    for (const path of textsOf(rule, 'forbid')) {
      if (parameterKind(path).kind !== 'free') continue;
      for (const operation of operations) this.#listOf(operation).delete(path);
    }
    for (const [list, name] of [
      ['sets', 'set'],
      ['defaults', 'default'],
    ] as const) {
      const member = rule.last(name);
      const values = member && objectOf(rule, member);
      if (values !== undefined) this.#addValues(list, values, operations);
    }
  }

  build(): Pick<ChannelPolicy, 'editsFor' | 'output' | 'addedBytes'> {
    const built = new Map<Operation, MemberEdits>();
    for (const [operation, list] of this.#lists) built.set(operation, list.build());
    return {
      editsFor: (operation) => built.get(operation),
      output: this.#output,
      addedBytes: this.#addedBytes,
    };
  }

  #addValues(list: 'sets' | 'defaults', values: JsonProbe, operations: readonly Operation[]): void {
    for (const member of values.members) {
      const path = member.key;
      const { kind } = parameterKind(path);
      if (kind === 'output-limit') this.#limitOutput(list, values.scalar(member));
      if (kind !== 'free') continue;
      const json = values.text(member);
      const signs = path.split('.').length * BYTES_PER_LEVEL;
      this.#addedBytes += Buffer.byteLength(path) + Buffer.byteLength(json) + signs;
      for (const operation of operations) this.#listOf(operation).add(list, path, json);
    }
  }

  #limitOutput(list: 'sets' | 'defaults', value: unknown): void {
    if (isOutputLimit(value)) this.#output[list === 'sets' ? 'set' : 'fallback'] = value;
  }

  #listOf(operation: Operation): EditList {
    let list = this.#lists.get(operation);
    if (list === undefined) this.#lists.set(operation, (list = new EditList()));
    return list;
  }
}

function rulesOf(config: JsonProbe, member: JsonMember | undefined): readonly JsonProbe[] {
  if (member === undefined) return [];
  if (member.kind !== 'array') return [objectOf(config, member) ?? []].flat();
  // Rules are few and short; their numbers are not: each is cut out of the text as it is.
  return splitJson(config.text(member)).flatMap((item) => tryProbeJson(Buffer.from(item)) ?? []);
}

function objectOf(probe: JsonProbe, member: JsonMember): JsonProbe | undefined {
  if (member.kind === 'object') return tryProbeJson(Buffer.from(probe.text(member)));
  const text = probe.scalar(member);
  return typeof text === 'string' ? tryProbeJson(Buffer.from(text)) : undefined;
}

function operationsOf(rule: JsonProbe): readonly Operation[] {
  const named = textsOf(rule, 'operations');
  if (rule.last('operations') === undefined) return usualParameterOperations;
  return parameterOperations.filter((operation) => named.includes(operation));
}

function textsOf(rule: JsonProbe, name: string): readonly string[] {
  const member = rule.last(name);
  if (member?.kind !== 'array') return [];
  const values = JSON.parse(rule.text(member)) as readonly unknown[];
  return values.filter((value) => typeof value === 'string');
}

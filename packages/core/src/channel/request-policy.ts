import type { Operation } from '../usage/operation.ts';
import { MAX_OUTPUT_LIMIT, parameterKind } from './parameter-names.ts';

/** What an upstream gets in place of names of a client's own users. */
export const endUserPolicies = ['keep', 'drop', 'hash'] as const;
export type EndUserPolicy = (typeof endUserPolicies)[number];

/** Whether an upstream may keep what it is asked, and what it answers. */
const storagePolicies = ['allow', 'forbid'] as const;

/** The operations whose parameters a channel may decide. */
export const parameterOperations = [
  'chat',
  'completions',
  'responses',
  'messages',
  'generate-content',
  'interaction',
  'embeddings',
] as const satisfies readonly Operation[];

/** Those that a rule without `operations` is for: text is generated there. */
export const usualParameterOperations: readonly Operation[] = parameterOperations.filter(
  (operation) => operation !== 'embeddings',
);

const MAX_RULES = 8;
const MAX_ENTRIES = 64;
const MAX_RULES_LENGTH = 16 * 1024;
const ruleMembers = ['operations', 'default', 'set', 'forbid'];

/** In both languages. */
export interface PolicyProblem {
  reason: string;
  reasonZh: string;
}

/** What is wrong with the policies in a channel's config, which is about to be stored; undefined: nothing. */
export function findPolicyProblem(
  config: Readonly<Record<string, unknown>>,
): PolicyProblem | undefined {
  const { parameters, param_override: override, end_users: endUsers, storage } = config;
  return (
    oneOf('end_users', endUsers, endUserPolicies) ??
    oneOf('storage', storage, storagePolicies) ??
    findRulesProblem(parameters) ??
    findOverrideProblem(override)
  );
}

function oneOf(name: string, value: unknown, known: readonly string[]): PolicyProblem | undefined {
  if (value === undefined || value === '' || known.includes(value as string)) return undefined;
  const values = known.join(', ');
  return {
    reason: `has a bad '${name}': must be one of ${values}`,
    reasonZh: `中的 '${name}' 无效：必须是以下之一：${values}`,
  };
}

function findRulesProblem(parameters: unknown): PolicyProblem | undefined {
  if (parameters === undefined || parameters === null) return undefined;
  if (JSON.stringify(parameters).length > MAX_RULES_LENGTH)
    return bad('parameters', 'is longer than 16 KiB', '超过 16 KiB');
  const rules: readonly unknown[] = Array.isArray(parameters) ? parameters : [parameters];
  if (rules.length > MAX_RULES)
    return bad('parameters', `has more than ${MAX_RULES} rules`, `规则超过 ${MAX_RULES} 条`);
  for (const rule of rules) {
    const problem = findRuleProblem(rule);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function findRuleProblem(rule: unknown): PolicyProblem | undefined {
  if (!isRecord(rule))
    return bad(
      'parameters',
      "must be an object of 'default', 'set' and 'forbid', or a list of such objects",
      "必须是包含 'default'、'set'、'forbid' 的对象，或此类对象的列表",
    );
  const unknown = Object.keys(rule).find((key) => !ruleMembers.includes(key));
  if (unknown !== undefined)
    return bad(
      'parameters',
      `has '${unknown.slice(0, 64)}'; there are ${ruleMembers.join(', ')}`,
      `包含未知成员 '${unknown.slice(0, 64)}'；可用成员：${ruleMembers.join(', ')}`,
    );
  const { operations, forbid } = rule;
  const known: readonly unknown[] = parameterOperations;
  const isGood =
    operations === undefined ||
    (Array.isArray(operations) &&
      operations.length > 0 &&
      operations.every((each) => known.includes(each)));
  if (!isGood)
    return bad(
      'parameters.operations',
      `must be a list of ${parameterOperations.join(', ')}`,
      `必须是以下值的列表：${parameterOperations.join(', ')}`,
    );
  const isForAll = operations === undefined;
  if (forbid !== undefined && !isTextList(forbid))
    return bad('parameters.forbid', 'must be a list of names', '必须是名称列表');
  return (
    findEntriesProblem('parameters.default', rule['default'], isForAll) ??
    findEntriesProblem('parameters.set', rule['set'], isForAll) ??
    findForbiddenProblem(isTextList(forbid) ? forbid : []) ??
    findTwice(rule)
  );
}

function findEntriesProblem(
  at: string,
  entries: unknown,
  isForAll: boolean,
): PolicyProblem | undefined {
  if (entries === undefined) return undefined;
  if (!isRecord(entries))
    return bad(at, 'must be an object from parameter to value', '必须是参数到值的对象');
  const pairs = Object.entries(entries);
  if (pairs.length > MAX_ENTRIES) return tooMany(at);
  for (const [path, value] of pairs) {
    const found = parameterKind(path);
    if (found.kind === 'refused') return refusal(at, path, found);
    if (found.kind !== 'output-limit') continue;
    if (!isForAll)
      return refusal(at, path, {
        reason: "is the same for all operations: move it to a rule without 'operations'",
        reasonZh: "对所有操作相同：请放到没有 'operations' 的规则中",
      });
    if (!isOutputLimit(value))
      return refusal(at, path, {
        reason: `must be a whole number between 1 and ${MAX_OUTPUT_LIMIT}`,
        reasonZh: `必须是 1 到 ${MAX_OUTPUT_LIMIT} 之间的整数`,
      });
  }
  return undefined;
}

function findForbiddenProblem(paths: readonly string[]): PolicyProblem | undefined {
  const at = 'parameters.forbid';
  if (paths.length > MAX_ENTRIES) return tooMany(at);
  for (const path of paths) {
    const found = parameterKind(path);
    if (found.kind === 'refused') return refusal(at, path, found);
    if (found.kind === 'output-limit')
      return refusal(at, path, {
        reason: 'cannot be forbidden, because budgets need it',
        reasonZh: '不能禁止，因为预算需要它',
      });
  }
  return undefined;
}

/** What is in two lists means nothing. */
function findTwice(rule: Readonly<Record<string, unknown>>): PolicyProblem | undefined {
  const { forbid } = rule;
  const lists = [
    Object.keys(isRecord(rule['default']) ? rule['default'] : {}),
    Object.keys(isRecord(rule['set']) ? rule['set'] : {}),
    isTextList(forbid) ? [...new Set(forbid)] : [],
  ].flat();
  const twice = lists.find((path, at) => lists.indexOf(path) !== at);
  return twice === undefined
    ? undefined
    : refusal('parameters', twice, {
        reason: 'is in more than one of default, set and forbid',
        reasonZh: '同时出现在 default、set、forbid 中的多个列表里',
      });
}

/** New API's setting: an object whose members are written over the upstream's body. */
function findOverrideProblem(override: unknown): PolicyProblem | undefined {
  const at = 'param_override';
  if (override === undefined || override === null || override === '') return undefined;
  if (JSON.stringify(override).length > MAX_RULES_LENGTH)
    return bad(at, 'is longer than 16 KiB', '超过 16 KiB');
  if (isRecord(override) && Array.isArray(override['operations']))
    return bad(
      at,
      "is a list of operations, which is not supported: write 'parameters' with default, set and forbid",
      "中的 operations 列表不受支持：请改用包含 default、set、forbid 的 'parameters'",
    );
  return findEntriesProblem(at, override, true);
}

/** Whether a value limits the output. */
export function isOutputLimit(value: unknown): value is number {
  return (
    typeof value === 'number' &&
    Number.isSafeInteger(value) &&
    value >= 1 &&
    value <= MAX_OUTPUT_LIMIT
  );
}

function tooMany(at: string): PolicyProblem {
  return bad(at, `has more than ${MAX_ENTRIES} entries`, `超过 ${MAX_ENTRIES} 项`);
}

function bad(at: string, reason: string, reasonZh: string): PolicyProblem {
  return { reason: `is bad: '${at}' ${reason}`, reasonZh: `无效：'${at}' ${reasonZh}` };
}

function refusal(at: string, path: string, { reason, reasonZh }: PolicyProblem): PolicyProblem {
  const name = path.slice(0, 128);
  return bad(at, `has '${name}', which ${reason}`, `包含 '${name}'，它${reasonZh}`);
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

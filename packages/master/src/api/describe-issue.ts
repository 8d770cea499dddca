import type { ErrorDetails } from '@turnpike/core';
import type { z } from 'zod';

interface Text {
  en: string;
  zh: string;
}

/** Turns the first thing that is wrong with an input into a sentence; what was sent is not repeated. */
export function describeIssue(error: z.ZodError): ErrorDetails {
  const issue = error.issues[0];
  if (issue === undefined) return { reason: 'the input is not valid' };
  const param = issue.path.map(String).join('.');
  const { en, zh } = describe(issue);
  if (param === '') return { reason: `the input ${en}`, reasonZh: `输入${zh}` };
  return { param, reason: `'${param}' ${en}`, reasonZh: `'${param}' ${zh}` };
}

function describe(issue: z.core.$ZodIssue): Text {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? { en: 'is missing', zh: '缺失' }
        : { en: `must be ${toNoun(issue.expected).en}`, zh: `必须是${toNoun(issue.expected).zh}` };
    case 'too_small':
      return issue.origin === 'string'
        ? size('have at least', '长度至少为', issue.minimum, ' characters', ' 个字符')
        : size('be at least', '不能小于', issue.minimum);
    case 'too_big':
      return issue.origin === 'string'
        ? size('have at most', '长度不能超过', issue.maximum, ' characters', ' 个字符')
        : size('be at most', '不能大于', issue.maximum);
    case 'invalid_value': {
      const values = issue.values.map(String).join(', ');
      return { en: `must be one of: ${values}`, zh: `必须是以下之一：${values}` };
    }
    case 'invalid_union':
      return describeUnion(issue);
    case 'custom': {
      const zh: unknown = issue.params?.['zh'];
      return { en: issue.message, zh: typeof zh === 'string' ? zh : issue.message };
    }
    default:
      return { en: 'is not valid', zh: '无效' };
  }
}

/** The values that a choice of literals allows; else what the last, most specific choice misses. */
function describeUnion(issue: Extract<z.core.$ZodIssue, { code: 'invalid_union' }>): Text {
  const firsts = issue.errors.flatMap((choice) => choice.slice(0, 1));
  const literals = firsts.flatMap((first) => (first.code === 'invalid_value' ? first.values : []));
  if (literals.length === firsts.length && literals.length > 0) {
    const values = literals.map(String).join(', ');
    return { en: `must be one of: ${values}`, zh: `必须是以下之一：${values}` };
  }
  const last = firsts.at(-1);
  return last === undefined ? { en: 'is not valid', zh: '无效' } : describe(last);
}

function size(en: string, zh: string, limit: number | bigint, unitEn = '', unitZh = ''): Text {
  return { en: `must ${en} ${String(limit)}${unitEn}`, zh: `${zh} ${String(limit)}${unitZh}` };
}

function toNoun(expected: string): Text {
  return nouns[expected] ?? { en: `of type ${expected}`, zh: ` ${expected} 类型` };
}

const nouns: Readonly<Record<string, Text>> = {
  string: { en: 'text', zh: '文本' },
  number: { en: 'a number', zh: '数字' },
  int: { en: 'a whole number', zh: '整数' },
  boolean: { en: 'true or false', zh: ' true 或 false' },
  object: { en: 'a JSON object', zh: ' JSON 对象' },
};

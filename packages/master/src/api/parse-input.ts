import { managementErrors } from '@turnpike/core';
import type { Request } from 'express';
import type { z } from 'zod';
import { describeIssue } from './describe-issue.ts';

/** Checks what a client sent. @throws `invalid_parameter` that names the field and what it should be */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  if (hasNul(input)) throw managementErrors.invalidParameter(nulRefused);
  const parsed = schema.safeParse(input, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw managementErrors.invalidParameter(describeIssue(parsed.error));
}

const nulRefused = {
  reason: 'no text may hold the character U+0000',
  reasonZh: '文本不能包含字符 U+0000',
};

/** Not every database can store or compare it, and nobody types it. */
function hasNul(input: unknown): boolean {
  if (typeof input === 'string') return input.includes('\0');
  return typeof input === 'object' && input !== null && Object.values(input).some(hasNul);
}

/** Checks a JSON body. @throws `undecodable_body`, `request_too_large`, `invalid_parameter` */
export function parseBody<Schema extends z.ZodType>(
  schema: Schema,
  request: Request,
): z.output<Schema> {
  if (request.bodyProblem !== undefined) throw request.bodyProblem;
  return parseInput(schema, request.body ?? {});
}

const VERSION = /^(?:W\/)?"?(\d{1,15})"?$/;

/**
 * The version of a balance that an edit is based on, from `If-Match`; undefined without the header or for `*`.
 *
 * @throws `invalid_parameter`
 */
export function readIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = VERSION.exec(header.trim())?.[1];
  if (version !== undefined) return Number(version);
  throw managementErrors.invalidParameter({
    param: 'If-Match',
    reason: "the header 'If-Match' must hold a quota_version",
    reasonZh: "请求头 'If-Match' 必须是 quota_version",
  });
}

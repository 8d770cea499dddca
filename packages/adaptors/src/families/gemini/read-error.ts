import type { UpstreamError } from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import { asArray, asObject, asText, parseJson } from '../../wire/json-object.ts';
import {
  readErrorValue,
  readUpstreamError,
  type ResponseHeaders,
} from '../openai-chat/read-error.ts';

/** Reads an error answer of Google's: its status word is the type, its reason (`API_KEY_INVALID`) the code. */
export function readGeminiError(
  status: number,
  headers: ResponseHeaders,
  body: Buffer,
  dialect: Dialect,
): UpstreamError {
  const error = readUpstreamError(status, headers, body, { dialect });
  return refine(error, parseJson(body.toString('utf8')));
}

/**
 * The error that a parsed body or a frame carries.
 *
 * @param status the HTTP status it came with; one below 400 is replaced by the error's own
 * @returns undefined where there is none
 */
export function readGeminiErrorValue(
  value: unknown,
  status: number,
  dialect: Dialect,
): UpstreamError | undefined {
  const carrier = asObject(Array.isArray(value) ? value[0] : value);
  if (asObject(carrier?.['error']) === undefined && asText(carrier?.['error']) === undefined)
    return undefined;
  const error = readErrorValue(carrier, status, dialect);
  return error && refine(error, carrier);
}

function refine(error: UpstreamError, body: unknown): UpstreamError {
  const carrier = asObject(Array.isArray(body) ? (body as unknown[])[0] : body);
  const found = asObject(carrier?.['error']);
  const reason = reasonOf(found?.['details']);
  const violated = fieldOf(found?.['details']);
  return {
    ...error,
    ...(reason !== undefined && { code: reason }),
    ...(isAccountsTrouble(error, reason) && { status: 403 }),
    ...(violated !== undefined && error.param === null && { param: violated }),
  };
}

/** What comes with 400 although the client did nothing wrong: a wrong key, the country or the bill of the account. */
function isAccountsTrouble({ status, type }: UpstreamError, reason = ''): boolean {
  return status === 400 && (credentialReasons.has(reason) || type === 'FAILED_PRECONDITION');
}

const credentialReasons: ReadonlySet<string> = new Set([
  'API_KEY_INVALID',
  'API_KEY_SERVICE_BLOCKED',
  'ACCESS_TOKEN_EXPIRED',
  'ACCESS_TOKEN_TYPE_UNSUPPORTED',
  'CREDENTIALS_MISSING',
  'CONSUMER_SUSPENDED',
]);

function reasonOf(details: unknown): string | undefined {
  return asArray(details).flatMap((detail) => asText(asObject(detail)?.['reason']) ?? [])[0];
}

function fieldOf(details: unknown): string | undefined {
  return asArray(details)
    .flatMap((detail) => asArray(asObject(detail)?.['fieldViolations']))
    .flatMap((violation) => asText(asObject(violation)?.['field']) ?? [])[0];
}

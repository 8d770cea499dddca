import type { Dialect, UpstreamError } from '../../codec.ts';
import { asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import {
  readErrorValue,
  readUpstreamError,
  type ResponseHeaders,
} from '../openai-chat/read-error.ts';

/** Statuses of errors that come inside a stream. */
const statusOfType: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** Statuses of what Bedrock names in a header, or in a frame of its streams. */
const statusOfException: Readonly<Record<string, number>> = {
  validationException: 400,
  serviceQuotaExceededException: 429,
  accessDeniedException: 403,
  resourceNotFoundException: 404,
  modelTimeoutException: 408,
  modelErrorException: 424,
  modelStreamErrorException: 424,
  throttlingException: 429,
  modelNotReadyException: 429,
  internalServerException: 500,
  serviceUnavailableException: 503,
};

/** An error answer of the Messages API, of Bedrock, or of Google's hosts. */
export function readMessagesError(
  status: number,
  headers: ResponseHeaders,
  body: Buffer,
  dialect: Dialect,
): UpstreamError {
  const error = readUpstreamError(status, headers, body, { dialect });
  const named = headers['x-amzn-errortype'];
  if (typeof named === 'string') return withException(error, named.split(':')[0] ?? named);
  return withTypeAsCode(error);
}

/** What an event of a stream is; proxies write errors into it as they would into a body. */
export function typeOfEvent(event: JsonObject, name: string | undefined): string | undefined {
  const isBare = event['type'] === undefined && asObject(event['error']) !== undefined;
  return isBare ? 'error' : (asText(event['type']) ?? name);
}

/** An error event of a stream. */
export function readMessagesStreamError(event: JsonObject, dialect: Dialect): UpstreamError {
  const type = asText(asObject(event['error'])?.['type']) ?? '';
  const status = statusOfType[type] ?? 500;
  const error = readErrorValue(event, status, dialect);
  if (error !== undefined && type.endsWith('Exception')) return withException(error, type);
  return withTypeAsCode(error ?? { ...unknownError, status });
}

/** @param exception its name, with or without a capital letter at the beginning */
function withException(error: UpstreamError, exception: string): UpstreamError {
  const known = exception.slice(0, 1).toLowerCase() + exception.slice(1);
  const status = statusOfException[known];
  return {
    ...error,
    type: 'upstream_error',
    code: exception,
    ...(status !== undefined && { status }),
  };
}

const unknownError: UpstreamError = {
  status: 500,
  message: 'The upstream ended its answer with an error.',
  type: 'api_error',
  code: '',
  param: null,
  isUnreadable: false,
};

/** Anthropic has no codes: clients of other families look for the type there. */
function withTypeAsCode(error: UpstreamError): UpstreamError {
  return error.code === '' && error.type in statusOfType ? { ...error, code: error.type } : error;
}

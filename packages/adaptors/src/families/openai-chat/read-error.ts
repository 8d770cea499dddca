import type { Dialect, UpstreamError } from '../../codec.ts';
import { asArray, asObject, asText, parseJson, type JsonObject } from '../../wire/json-object.ts';

export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface ErrorReadingContext {
  dialect?: Dialect;
  /** Unix milliseconds, to read a `retry-after` date against; now, where it is left out. */
  nowMs?: number;
}

/** Messages are shown and logged: what is longer is cut. */
const messageLimit = 2000;

/** Reads an upstream's error body, whatever its shape: OpenAI's, vendors' own, arrays, strings, HTML, nothing. */
export function readUpstreamError(
  status: number,
  headers: ResponseHeaders,
  body: Buffer,
  { dialect, nowMs = Date.now() }: ErrorReadingContext = {},
): UpstreamError {
  const retryAfterMs = readRetryAfter(headers, nowMs);
  const text = body.toString('utf8').trim();
  const json = parseJson(text);
  const error = readErrorValue(json, status, dialect) ?? {
    ...unknownError(status),
    // A refusal in plain words says why; a failure's text is some proxy's.
    message:
      status < 500 && json === undefined && isPlainText(text) ? cut(text) : badStatus(status),
    isUnreadable: true,
  };
  return retryAfterMs === undefined ? error : { ...error, retryAfterMs };
}

/**
 * The error that a parsed JSON body, or a chunk of a stream, carries.
 *
 * @param status the HTTP status it came with; one below 400 is replaced by what the error itself says
 * @returns undefined where there is none
 */
export function readErrorValue(
  value: unknown,
  status: number,
  dialect?: Dialect,
): UpstreamError | undefined {
  if (Array.isArray(value)) return readErrorValue(value[0], status, dialect);
  if (asText(value) !== undefined) return withStatus({ message: String(value) }, status, dialect);
  const body = asObject(value);
  if (body === undefined) return undefined;
  const found = findError(body);
  if (found === undefined) return undefined;
  return withStatus(found, status, dialect);
}

interface FoundError {
  message: string;
  type?: string | undefined;
  code?: string | undefined;
  param?: string | null | undefined;
  retryAfterMs?: number | undefined;
}

function findError(body: JsonObject): FoundError | undefined {
  const error = asObject(body['error']) ?? asObject(asObject(body['response'])?.['error']);
  if (error !== undefined) return fromErrorObject(error, body);
  const tencent = asObject(asObject(body['Response'])?.['Error']) ?? asObject(body['ErrorMsg']);
  const message =
    asText(body['error']) ??
    readMessage(body['message']) ??
    asText(body['msg']) ??
    asText(body['err']) ??
    asText(body['error_msg']) ??
    readDetail(body['detail']) ??
    asText(asObject(body['header'])?.['message']) ??
    asText(tencent?.['Message']) ??
    asText(tencent?.['Msg']) ??
    asText(asObject(body['base_resp'])?.['status_msg']) ??
    asText(asObject(asArray(body['errors'])[0])?.['message']);
  if (message === undefined) return undefined;
  const code = readCode(
    body['statusText'] ??
      body['code'] ??
      body['error_code'] ??
      tencent?.['Code'] ??
      asObject(asArray(body['errors'])[0])?.['code'] ??
      asObject(body['base_resp'])?.['status_code'] ??
      asObject(body['header'])?.['code'],
  );
  const type = asText(body['type']);
  return {
    message,
    // An event of the Responses API has its own type there, and the error's in its code, if anywhere.
    type: type !== 'error' ? type : code?.endsWith('_error') === true ? code : undefined,
    code,
    param: asText(body['param']),
  };
}

function fromErrorObject(error: JsonObject, body: JsonObject): FoundError {
  return {
    message: readMessage(error['message']) ?? asText(error['msg']) ?? '',
    type: asText(error['type']) ?? asText(error['status']),
    code: readCode(error['code']) ?? readCode(body['code']),
    param: asText(error['param']),
    retryAfterMs: readRetryDelay(error['details']),
  };
}

function withStatus(found: FoundError, status: number, dialect?: Dialect): UpstreamError {
  const code = found.code ?? '';
  const known = dialect?.statusOfCode?.[code];
  const ownStatus = known ?? (status >= 400 ? status : guessStatus(found));
  const fallback = unknownError(ownStatus);
  const message = found.message === '' ? badStatus(ownStatus) : cut(found.message);
  return {
    status: ownStatus,
    message,
    type: found.type ?? fallback.type,
    code: code === '' && found.type === undefined ? fallback.code : code,
    param: found.param ?? null,
    ...(found.retryAfterMs !== undefined && { retryAfterMs: found.retryAfterMs }),
    isUnreadable: false,
  };
}

/** For errors that came with a good status, inside a stream as a rule. */
function guessStatus({ message, type = '', code = '' }: FoundError): number {
  const numeric = Number(code);
  if (Number.isInteger(numeric) && numeric >= 400 && numeric <= 599) return numeric;
  const words = `${code} ${type} ${message}`.toLowerCase();
  return statusWords.find(([word]) => words.includes(word))?.[1] ?? 500;
}

const statusWords: readonly (readonly [string, number])[] = [
  ['insufficient_quota', 429],
  ['rate_limit', 429],
  ['too_many_requests', 429],
  ['invalid_api_key', 401],
  ['authentication', 401],
  ['permission', 403],
  ['not_found', 404],
  ['context_length', 400],
  ['bad_request', 400],
  ['invalid', 400],
  ['overload', 503],
  ['timeout', 504],
];

function unknownError(status: number): Omit<UpstreamError, 'message'> {
  return {
    status,
    type: 'upstream_error',
    code: 'bad_response_status_code',
    param: null,
    isUnreadable: false,
  };
}

function badStatus(status: number): string {
  return `bad response status code ${status}`;
}

/** Text, or an object that explains which field is wrong. */
function readMessage(value: unknown): string | undefined {
  return asText(value) ?? readDetail(asObject(value)?.['detail']);
}

function readDetail(detail: unknown): string | undefined {
  return asText(detail) ?? asText(asObject(asArray(detail)[0])?.['msg']);
}

function readCode(code: unknown): string | undefined {
  if (typeof code === 'number') return String(code);
  return asText(code);
}

/** Google says how long to wait in the body: `details: [{ retryDelay: "34s" }]`. */
function readRetryDelay(details: unknown): number | undefined {
  for (const detail of asArray(details)) {
    const delay = asText(asObject(detail)?.['retryDelay']);
    const seconds = delay?.endsWith('s') === true ? Number(delay.slice(0, -1)) : Number.NaN;
    if (Number.isFinite(seconds) && seconds >= 0) return Math.ceil(seconds * 1000);
  }
  return undefined;
}

/** Milliseconds to wait, from `retry-after-ms`, or `retry-after` in seconds or as a date. */
export function readRetryAfter(headers: ResponseHeaders, nowMs: number): number | undefined {
  const milliseconds = Number(firstOf(headers['retry-after-ms']) ?? Number.NaN);
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return Math.ceil(milliseconds);
  const text = firstOf(headers['retry-after']);
  if (text === undefined || text === '') return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.ceil(seconds * 1000) : undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

function firstOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value;
}

/** Markup and binary tell a client nothing. */
function isPlainText(text: string): boolean {
  return text !== '' && !text.startsWith('<') && !/[\u0000-\u0008]/.test(text);
}

function cut(message: string): string {
  return message.length > messageLimit ? `${message.slice(0, messageLimit)}…` : message;
}

import type { BalanceRequest } from '@turnpike/core';
import { fetchText } from './fetch-text.ts';

/** What an upstream answered, or why there is nothing. */
export type JsonAnswer = { body: unknown; problem?: undefined } | { problem: string };

interface FetchLimits {
  timeoutMs?: number;
  maxBytes?: number;
}

const REQUEST_TIMEOUT_MS = 30_000;
/** A balance takes some hundred bytes. */
const MAX_BYTES = 1024 * 1024;

/** Nothing was answered, and a second try may be luckier. An answer, whatever its status, is never asked for again. */
const NETWORK_ERRORS = [
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ENOTFOUND',
  'ENETUNREACH',
  'EAI_AGAIN',
];

/**
 * One GET of JSON. Never throws because of the upstream, and never says anything about the URL or the headers: they
 * hold the key. Redirects are not followed: the key is for the host that was asked.
 */
export async function fetchJson(
  { url, headers }: BalanceRequest,
  signal: AbortSignal,
  { timeoutMs = REQUEST_TIMEOUT_MS, maxBytes = MAX_BYTES }: FetchLimits = {},
): Promise<JsonAnswer> {
  if (!URL.canParse(url)) return { problem: 'the base URL is not a valid address' };
  try {
    const { statusCode, body } = await fetchText(url, maxBytes, {
      headers: { accept: 'application/json', ...headers },
      signal,
      timeout: { request: timeoutMs },
      retry: {
        limit: 2,
        methods: ['GET'],
        statusCodes: [],
        errorCodes: NETWORK_ERRORS,
        backoffLimit: 500,
      },
    });
    if (statusCode !== 200) return { problem: `status code: ${String(statusCode)}` };
    return parseJson(body);
  } catch (error) {
    return { problem: describeFailure(error, { timeoutMs, maxBytes }) };
  }
}

function parseJson(text: string): JsonAnswer {
  try {
    return { body: JSON.parse(text) as unknown };
  } catch {
    return { problem: 'the answer is not JSON' }; // it may be a page for people, which helps nobody here
  }
}

function describeFailure(error: unknown, { timeoutMs, maxBytes }: Required<FetchLimits>): string {
  const { name = '', code = '' } = error as { name?: string; code?: string };
  if (name === 'TimeoutError') return `no answer in ${String(timeoutMs / 1000)} s`;
  if (name === 'CancelError')
    return `the answer is larger than ${String(maxBytes / 1024 / 1024)} MB`;
  if (name === 'AbortError') return 'the query was stopped';
  return `the upstream cannot be reached (${code === '' ? 'unknown reason' : code})`;
}

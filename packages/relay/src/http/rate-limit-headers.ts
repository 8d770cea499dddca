import type { RateLimitFigure, RateLimitFigures } from '@turnpike/core';
import type { Door } from './door.ts';

/**
 * What limits per minute leave, as clients of the door expect it. OpenAI: `x-ratelimit-limit-requests`,
 * `-remaining-requests`, `-reset-requests` (`1m30s`), and the same for tokens. Anthropic:
 * `anthropic-ratelimit-requests-limit` and so on, the reset as a moment. Name, value, name, value …
 *
 * @param now Unix milliseconds
 */
export function rateLimitHeaders(
  figures: RateLimitFigures | undefined,
  door: Door,
  now: number,
): string[] {
  const headers: string[] = [];
  for (const kind of ['requests', 'tokens'] as const) {
    const figure = figures?.[kind];
    if (figure === undefined) continue;
    headers.push(...(door === 'anthropic' ? anthropic(kind, figure, now) : openai(kind, figure)));
  }
  return headers;
}

function openai(kind: string, { limit, remaining, resetMs }: RateLimitFigure): string[] {
  return [
    ...[`x-ratelimit-limit-${kind}`, String(limit)],
    ...[`x-ratelimit-remaining-${kind}`, String(remaining)],
    ...[`x-ratelimit-reset-${kind}`, formatDuration(resetMs)],
  ];
}

function anthropic(
  kind: string,
  { limit, remaining, resetMs }: RateLimitFigure,
  now: number,
): string[] {
  return [
    ...[`anthropic-ratelimit-${kind}-limit`, String(limit)],
    ...[`anthropic-ratelimit-${kind}-remaining`, String(remaining)],
    ...[`anthropic-ratelimit-${kind}-reset`, new Date(now + resetMs).toISOString()],
  ];
}

/** Go's form, as OpenAI writes it: `120ms`, `8.64s`, `1m30s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Number(((ms % 60_000) / 1000).toFixed(3));
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}

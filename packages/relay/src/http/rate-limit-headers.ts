import type { RateLimitFigures } from '@turnpike/core';

/**
 * What limits per minute leave, as OpenAI says it: `x-ratelimit-limit-requests`, `-remaining-requests`,
 * `-reset-requests` (`1m30s`), and the same for tokens. Name, value, name, value …
 */
export function rateLimitHeaders(figures: RateLimitFigures | undefined): string[] {
  const headers: string[] = [];
  for (const kind of ['requests', 'tokens'] as const) {
    const figure = figures?.[kind];
    if (figure === undefined) continue;
    const { limit, remaining, resetMs } = figure;
    headers.push(`x-ratelimit-limit-${kind}`, String(limit));
    headers.push(`x-ratelimit-remaining-${kind}`, String(remaining));
    headers.push(`x-ratelimit-reset-${kind}`, formatDuration(resetMs));
  }
  return headers;
}

/** Go's form, as OpenAI writes it: `120ms`, `8.64s`, `1m30s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Number(((ms % 60_000) / 1000).toFixed(3));
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}

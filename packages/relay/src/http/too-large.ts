import { errors } from '@turnpike/core';

/** Says the limit in words a person knows. */
export function tooLarge(limitBytes: number): Error {
  return errors.requestTooLarge({ limit: `${String(Math.round(limitBytes / 1024 / 1024))} MiB` });
}

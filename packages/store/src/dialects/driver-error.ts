/** `code` of a driver's error; drivers' errors are told by it, never by their class. */
export function errorCodeOf(error: unknown): string {
  return readTextField(error, 'code');
}

export function errorMessageOf(error: unknown): string {
  return readTextField(error, 'message');
}

/**
 * What the database says. Knex puts the whole statement in front of it, and the driver beside it, with every value: the
 * error itself must therefore go no further, not as a cause either. Values may be secrets.
 */
export function describeDriverError(error: unknown): string {
  const message = errorMessageOf(error);
  const text = message.slice(message.lastIndexOf(' - ') + 1).replace(/^- /, '');
  return `${text.slice(0, 200)} (${errorCodeOf(error)})`;
}

/** Failures of Node's sockets and of the pool that mean "cannot reach it now". */
export function isConnectionFailure(error: unknown): boolean {
  return (
    /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|PROTOCOL_)/.test(errorCodeOf(error)) ||
    readTextField(error, 'name') === 'KnexTimeoutError' ||
    /connection (is closed|is in closed state|terminated|ended|timeout)|is not queryable/i.test(
      errorMessageOf(error),
    )
  );
}

function readTextField(error: unknown, field: 'code' | 'message' | 'name'): string {
  if (typeof error !== 'object' || error === null || !(field in error)) return '';
  const value = (error as Record<string, unknown>)[field];
  return typeof value === 'string' ? value : '';
}

/** The pattern of "begins with" for `LIKE ? ESCAPE '!'`. */
export function likePrefix(prefix: string): string {
  return `${escapeLike(prefix)}%`;
}

/** The pattern of "contains". */
export function likeAnywhere(part: string): string {
  return `%${escapeLike(part)}%`;
}

// Not the backslash: MySQL unescapes it once more.
function escapeLike(text: string): string {
  return text.replace(/[!%_]/g, '!$&');
}

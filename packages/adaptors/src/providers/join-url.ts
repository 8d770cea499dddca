/**
 * Appends a path to a base URL. What the base ends with is not repeated: operators paste vendors' base URLs with the
 * version (`https://host/v1`) as often as without it.
 *
 * @param path begins with `/`
 */
export function joinUrl(baseUrl: string, path: string): string {
  const base = cutTrailingSlash(baseUrl);
  return base + path.slice(overlapLength(base, path));
}

/** Without the slash at the end, where there is one. */
export function cutTrailingSlash(baseUrl: string): string {
  return baseUrl.endsWith('/') ? baseUrl.replace(/\/+$/, '') : baseUrl;
}

/** How many characters, in whole segments, the path begins with that the base ends with. The host never counts. */
function overlapLength(base: string, path: string): number {
  const root = base.indexOf('/', base.indexOf('//') + 2);
  if (root === -1) return 0;
  let length = 0;
  for (let end = path.indexOf('/', 1); end !== -1; end = path.indexOf('/', end + 1)) {
    if (base.length - end >= root && base.endsWith(path.slice(0, end))) length = end;
  }
  const isWhole = base.length - path.length >= root && base.endsWith(path);
  return isWhole ? path.length : length;
}

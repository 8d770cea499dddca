/** A text of a channel's config, trimmed; empty where it is absent or no text. */
export function readConfigText(config: Readonly<Record<string, unknown>>, name: string): string {
  const value = config[name];
  return typeof value === 'string' ? value.trim() : '';
}

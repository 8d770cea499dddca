const MASK = '[masked]';

/** Fields that hold a secret whatever it looks like; the words that say only that it changed may stay. */
const SECRET_FIELD = /^(key|.*(password|secret|cipher)|access_?token|(smtp|pusher|server)token)$/i;
const HARMLESS: ReadonlySet<unknown> = new Set(['changed', '']);

/** Credentials inside of other text: in an address, or recognizable by their form. */
const credentials: readonly [RegExp, string][] = [
  [/(\/\/)[^/\s@]+@/g, `$1${MASK}@`],
  [/([?&][^=&#\s]*(?:key|token|secret|password)[^=&#\s]*=)[^&#\s"]+/gi, `$1${MASK}`],
  [/\b(?:sk|AIza|gsk|xai)[-_][\w-]{8,}/g, MASK],
  [/\benc:v\d+:\S+/g, MASK],
];

/**
 * The last guard before something is written down for people: callers leave secrets out themselves, but an address or
 * a text that somebody typed may hold one all the same.
 */
export function maskSecrets(value: unknown, field = ''): unknown {
  if (SECRET_FIELD.test(field)) return HARMLESS.has(value) ? value : MASK;
  if (typeof value === 'string')
    return credentials.reduce((text, [pattern, masked]) => text.replace(pattern, masked), value);
  if (Array.isArray(value)) return value.map((item) => maskSecrets(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, maskSecrets(item, name)]),
  );
}

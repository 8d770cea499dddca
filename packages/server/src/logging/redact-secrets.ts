const REDACTED = '[redacted]';

/** Names, in lower case without `-` and `_`, of fields that never go into a log. */
const secretNames = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'password',
  'originalpassword',
  'secret',
  'key',
  'apikey',
  'xapikey',
  'xgoogapikey',
  'accesstoken',
  'refreshtoken',
  'verificationcode',
  'encryptionkey',
  'sessionsecret',
  'sqldsn',
  'logsqldsn',
  'body',
  'requestbody',
  'responsebody',
  // What drivers add to an error: statements with their values.
  'sql',
  'bindings',
  'parameters',
]);

/** Keys as vendors write them, credentials of a header, and passwords inside a URL or a DSN. */
const secretTexts: readonly [pattern: RegExp, replacement: string][] = [
  [/\b(?:sk|pk|rk|gsk|xai|pplx|hf|r8)[-_][\w-]{8,}/g, REDACTED],
  [/\bAIza[\w-]{20,}/g, REDACTED],
  [/\b(Bearer)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/\b(Basic)\s+[\w+/=]{12,}/g, `$1 ${REDACTED}`],
  [/([?&](?:key|api[-_]?key|access[-_]?token|token|secret)=)[^&\s"']+/gi, `$1${REDACTED}`],
  [/(\/\/[^/\s:@]*:)[^@\s/]+@/g, `$1${REDACTED}@`],
  [/(^|[\s"'])([\w.-]+:)[^@\s/]+(@tcp\()/g, `$1$2${REDACTED}$3`],
];

/** One look that nearly every text passes, so that the patterns above cost nothing where they cannot match. */
const suspicious = /(?:sk|pk|rk|gsk|xai|pplx|hf|r8)[-_]|AIza|bearer|Basic|(?:key|token|secret)=|@/i;

const SHORTEST_SECRET = 10;
const DEEPEST = 6;

/**
 * A copy of a log record without secrets: fields that are named like one, and texts that look like one wherever they
 * stand. Records without secrets, which is nearly all, are returned as they are.
 */
export function redactSecrets<T extends object>(fields: T): T {
  return redactObject(fields, 0) as T;
}

/** The same for one text, such as an error's message. */
export function redactText(text: string): string {
  if (text.length < SHORTEST_SECRET || !suspicious.test(text)) return text;
  let clean = text;
  for (const [pattern, replacement] of secretTexts) clean = clean.replace(pattern, replacement);
  return clean;
}

function redactObject(value: object, depth: number): object {
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const field: unknown = (value as Record<string, unknown>)[name];
    if (!canHoldSecret(field) || name === 'err') continue; // errors have a serializer that does this
    const clean = isSecretName(name) ? REDACTED : redactValue(field, depth + 1);
    if (clean === field) continue;
    copy ??= { ...value };
    copy[name] = clean;
  }
  return copy ?? value;
}

/** A number or a flag is no secret, whatever its name. */
function canHoldSecret(field: unknown): boolean {
  return typeof field === 'string' || (typeof field === 'object' && field !== null);
}

/** Names come from the source and are few, so that each is looked at once; the bound is for those of foreign objects. */
const knownNames = new Map<string, boolean>();
const MOST_KNOWN_NAMES = 1000;

function isSecretName(name: string): boolean {
  const known = knownNames.get(name);
  if (known !== undefined) return known;
  const isSecret = secretNames.has(name.toLowerCase().replace(/[-_]/g, ''));
  if (knownNames.size < MOST_KNOWN_NAMES) knownNames.set(name, isSecret);
  return isSecret;
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return '[too deep]';
  if (value instanceof Date || Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) return redactList(value, depth);
  return redactObject(value, depth);
}

function redactList(items: readonly unknown[], depth: number): readonly unknown[] {
  const clean = items.map((item) => redactValue(item, depth + 1));
  return clean.some((item, index) => item !== items[index]) ? clean : items;
}

/** What must never reach a client, besides what looks like a credential or an address. */
export interface Confidential {
  /** The channel's credential; all of it and each of its parts are removed, whatever they look like. */
  secret?: string | undefined;
  /** The channel's base URL: its host is removed where it stands without a scheme too. */
  baseUrl?: string | undefined;
}

const REMOVED = '[redacted]';

/** Parts of a composed credential below this length are words, not secrets. */
const minPartLength = 8;

const patterns: readonly (readonly [RegExp, string])[] = [
  [/\bbearer\s+[^\s"',;]+/gi, `Bearer ${REMOVED}`],
  // Whole or masked by the upstream itself: sk-abcd****wxyz.
  [/\b(?:sk|gsk|xai|fastgpt)-[\w*.-]{4,}/gi, REMOVED],
  [/\b(?:pk|rk|fk|ak|key|org|proj|acct)[-_][\w*.-]{12,}/gi, REMOVED],
  [/[\w-]*\*{3,}[\w*-]*/g, REMOVED],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, REMOVED],
  [/\bAIza[\w-]{20,}/g, REMOVED],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)\]]+/gi, '[address removed]'],
  [
    /\b(?:[\w-]+\.)+(?:com|cn|net|org|io|ai|dev|local|internal|cloud)(?::\d+)?\b(?:\/[^\s"'<>)\]]*)?/gi,
    '[address removed]',
  ],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '[address removed]'],
  [/[\w.+-]+@\[address removed\]/g, REMOVED],
];

/** Makes an upstream's message safe to show: credentials, addresses and account names are replaced. */
export function redactText(text: string, confidential: Confidential = {}): string {
  let safe = text;
  for (const secret of secretsOf(confidential)) safe = safe.replaceAll(secret, REMOVED);
  for (const [pattern, replacement] of patterns) safe = safe.replace(pattern, replacement);
  return safe;
}

/** Longest first, so that no part of a secret outlives the replacement of another part. */
function secretsOf({ secret = '', baseUrl = '' }: Confidential): readonly string[] {
  const whole = secret.trim();
  const parts = whole.split(/[|\s]/).filter((part) => part.length >= minPartLength);
  const host = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]+)/i.exec(baseUrl)?.[1] ?? '';
  const forms = [whole, ...parts].flatMap((form) => [form, encodeURIComponent(form)]);
  return [...new Set([...forms, host])]
    .filter((form) => form !== '')
    .sort((one, other) => other.length - one.length);
}

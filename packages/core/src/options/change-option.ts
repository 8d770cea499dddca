import { findOption } from './option-registry.ts';

/** What to store, or why nothing is. */
export type OptionCheck = { value: string } | { problem: string };

/**
 * Checks and normalizes a text that is to be stored. Nothing is to be stored or applied when there is a `problem`; it names
 * the option, and for a table of prices the entry or the place.
 */
export function parseOption(key: string, text: string): OptionCheck {
  if (key.trim() === '') return { problem: 'The name of the option is missing.' };
  const option = findOption(key);
  if (option === undefined) return { problem: `There is no option "${key}".` };
  const checked = option.check(text);
  return 'problem' in checked ? { problem: `${key}: ${checked.problem}.` } : checked;
}

/** A switch that does nothing good before another option is set. */
const needs: Readonly<Record<string, { when: string; key: string; text: string }>> = {
  GitHubOAuthEnabled: {
    when: 'true',
    key: 'GitHubClientId',
    text: 'GitHub login needs GitHubClientId first.',
  },
  OidcEnabled: { when: 'true', key: 'OidcClientId', text: 'OIDC login needs OidcClientId first.' },
  WeChatAuthEnabled: {
    when: 'true',
    key: 'WeChatServerAddress',
    text: 'WeChat login needs WeChatServerAddress first.',
  },
  TurnstileCheckEnabled: {
    when: 'true',
    key: 'TurnstileSiteKey',
    text: 'The Turnstile check needs TurnstileSiteKey first.',
  },
  EmailDomainRestrictionEnabled: {
    when: 'true',
    key: 'EmailDomainWhitelist',
    text: 'A restriction by domain needs at least one domain in EmailDomainWhitelist first.',
  },
};

/** Ways to log in that are left when passwords are switched off. */
const otherLogins = ['GitHubOAuthEnabled', 'OidcEnabled', 'WeChatAuthEnabled'] as const;

/**
 * Checks a change against the other options: a switch whose condition is not met, a value that a switch depends on, and
 * a change that would lock everybody out.
 *
 * @param value as `parseOption` returned it
 * @param current option name → text in force, defaults included or not
 * @returns why the change is refused; undefined: it may be made
 */
export function checkOptionChange(
  key: string,
  value: string,
  current: Readonly<Record<string, string>>,
): string | undefined {
  const textOf = (name: string): string =>
    (Object.hasOwn(current, name) ? current[name] : undefined) ?? findOption(name)?.default ?? '';
  const need = Object.hasOwn(needs, key) ? needs[key] : undefined;
  if (need?.when === value && isEmptyList(textOf(need.key))) return need.text;
  if (isEmptyList(value)) {
    const dependent = Object.entries(needs).find(
      ([name, rule]) => rule.key === key && textOf(name) === rule.when,
    );
    if (dependent !== undefined) return `Switch ${dependent[0]} off before ${key} is emptied.`;
  }
  return findLockOut(key, value, textOf);
}

function findLockOut(
  key: string,
  value: string,
  textOf: (name: string) => string,
): string | undefined {
  const next = (name: string): string => (name === key ? value : textOf(name));
  const isOn = (name: string): boolean => next(name) === 'true';
  const loginKeys: readonly string[] = ['PasswordLoginEnabled', 'LarkClientId', ...otherLogins];
  if (!loginKeys.includes(key)) return undefined;
  const hasLark = next('LarkClientId').trim() !== '';
  if (isOn('PasswordLoginEnabled') || hasLark || otherLogins.some(isOn)) return undefined;
  return 'Nobody could log in any more: switch another way to log in on first.';
}

function isEmptyList(value: string): boolean {
  return value.split(',').every((item) => item.trim() === '');
}

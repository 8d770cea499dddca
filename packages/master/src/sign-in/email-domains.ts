import type { OptionValues } from '@turnpike/core';

/** Whether the options let addresses of this domain in; domains are compared whole, without regard to case. */
export function isDomainAllowed(
  email: string,
  { EmailDomainRestrictionEnabled, EmailDomainWhitelist }: OptionValues,
): boolean {
  if (!EmailDomainRestrictionEnabled) return true;
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return EmailDomainWhitelist.some((allowed) => allowed.toLowerCase() === domain);
}

import { z } from 'zod';
import { refusedBy } from './ask-provider.ts';
import type { ProviderProfile } from './provider-profile.ts';

export const OIDC_NAME = 'OpenID Connect';

export const userinfoSchema = z.object({
  sub: z.string().min(1).max(191),
  name: z.string().optional(),
  preferred_username: z.string().optional(),
  email: z.string().optional(),
  // Some providers write it as text.
  email_verified: z.union([z.boolean(), z.enum(['true', 'false'])]).optional(),
});

/** @throws `provider_refused` */
export function toOidcProfile(claims: unknown): ProviderProfile {
  const parsed = userinfoSchema.safeParse(claims);
  if (!parsed.success) throw refusedBy(OIDC_NAME, 'the answer has no usable subject');
  const { sub, name, preferred_username, email, email_verified } = parsed.data;
  return {
    identity: { provider: 'oidc', subject: sub, legacyId: sub },
    displayName: name ?? 'OIDC User',
    ...(preferred_username !== undefined && { username: preferred_username }),
    ...(email !== undefined && String(email_verified) === 'true' && { verifiedEmail: email }),
  };
}

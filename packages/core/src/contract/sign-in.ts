import { z } from 'zod';
import { queryTextSchema, ruledText } from './input-values.ts';
import { passwordSchema, usernameSchema } from './user.ts';

const MAX_EMAIL_LENGTH = 191;

/** One address, without a name beside it. */
const emailSchema = ruledText(
  (text) =>
    text.length <= MAX_EMAIL_LENGTH &&
    /^[^\s@,;:<>()[\]\\"\p{Cc}]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,}$/u.test(
      text,
    ),
  'must be an e-mail address such as name@example.com',
  '必须是有效的邮箱地址，例如 name@example.com',
);

const trimmedText = queryTextSchema.transform((text) => text.trim());

/** An address that something is to be sent to; `turnstile` is the token of the human check. */
export const emailQuerySchema = z.object({
  email: trimmedText.pipe(emailSchema),
  turnstile: queryTextSchema,
});

export const turnstileQuerySchema = z.object({ turnstile: queryTextSchema });

export const registerSchema = z.object({
  username: usernameSchema,
  password: passwordSchema,
  /** Needed, with the code that was sent to it, where `EmailVerificationEnabled` is on; else ignored. */
  email: z.string().max(MAX_EMAIL_LENGTH).optional(),
  verification_code: z.string().max(64).optional(),
  /** An unknown one is ignored. */
  aff_code: z.string().max(64).optional(),
});

export const passwordResetSchema = z.object({
  email: z.string().min(1).max(MAX_EMAIL_LENGTH),
  token: z.string().min(1).max(64),
  /** The password to have; without it one is made up and answered. */
  password: z.union([z.literal(''), passwordSchema]).optional(),
});

export const emailBindQuerySchema = z.object({
  email: trimmedText.pipe(emailSchema),
  code: trimmedText,
});

/** Providers that send the browser back with a code and the state that it was sent with. */
export const oauthProviders = ['github', 'lark', 'oidc'] as const;

export const oauthStateQuerySchema = z.object({
  /** With it the state is for this provider only, and the address to open is answered too. */
  provider: queryTextSchema.pipe(z.enum(oauthProviders).or(z.literal('')).catch('')),
});

export const oauthCallbackQuerySchema = z.object({
  code: queryTextSchema,
  state: queryTextSchema,
  /** Who issued the code, where the provider tells (RFC 9207). */
  iss: queryTextSchema,
});

export const wechatQuerySchema = z.object({ code: trimmedText });

export const identityParamsSchema = z.object({
  provider: z.enum([...oauthProviders, 'wechat', 'email']),
});

/** `data` is the state; `authorization_url` the address to open, where a provider was named. */
export const oauthStateAnswerSchema = z.object({
  success: z.literal(true),
  message: z.string(),
  data: z.string(),
  authorization_url: z.string().optional(),
});

export type RegisterInput = z.infer<typeof registerSchema>;
export type PasswordResetInput = z.infer<typeof passwordResetSchema>;
export type OAuthProvider = (typeof oauthProviders)[number];

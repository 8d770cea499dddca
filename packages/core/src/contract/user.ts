import { z } from 'zod';
import { requestLimitFields, spentFields } from './request-limits.ts';
import {
  listQuerySchema,
  queryNumberSchema,
  queryTextSchema,
  quotaSchema,
  ruledText,
} from './input-values.ts';

export const MAX_USERNAME_LENGTH = 12;

/** Names for new accounts; accounts of older databases may have others. */
export const usernameSchema = ruledText(
  (name) => /^[^\s\p{Cc}](?:.*[^\s\p{Cc}])?$/u.test(name),
  'must not be empty, and must not begin or end with a blank',
  '不能为空，且首尾不能有空格',
).max(MAX_USERNAME_LENGTH);

/** 20 characters are at most 60 bytes; bcrypt looks at 72. */
export const passwordSchema = z.string().min(8).max(20);

const keptPassword = z.union([z.literal(''), passwordSchema]).optional();

export const loginSchema = z.object({
  username: z.string().min(1).max(191),
  password: z.string().min(1).max(191),
});

/** Empty or 0: any. */
export const userListQuerySchema = listQuerySchema([
  'id',
  'username',
  'quota',
  'used_quota',
  'request_count',
]).extend({
  keyword: queryTextSchema,
  role: queryNumberSchema,
  status: queryNumberSchema,
  group: queryTextSchema,
  /** The older way to sort: descending by one of these. */
  order: queryTextSchema
    .pipe(z.enum(['quota', 'used_quota', 'request_count']).or(z.literal('')).catch(''))
    .meta({ wire: { type: 'string', enum: ['quota', 'used_quota', 'request_count'] } }),
});

export const userCreateSchema = z.object({
  username: usernameSchema,
  password: passwordSchema,
  display_name: z.string().max(20).optional(),
  /** Must be lower than the caller's role; the account starts as an ordinary one all the same. */
  role: z.int().min(0).optional(),
});

/** Own account. Blank text: unchanged. */
export const accountUpdateSchema = z.object({
  username: z.string().max(191).optional(),
  password: keptPassword,
  display_name: z.string().max(20).optional(),
});

/** An administrator's edit. Absent: unchanged; so are a blank name, password or group, and role or status 0. */
export const userUpdateSchema = z.object({
  id: z.int().min(1),
  username: z.string().max(191).optional(),
  password: keptPassword,
  display_name: z.string().max(191).optional(),
  email: z.string().max(191).optional(),
  group: z.string().max(32).optional(),
  role: z.union([z.literal(0), z.literal(1), z.literal(10), z.literal(100)]).optional(),
  status: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]).optional(),
  /** The balance to have. */
  quota: quotaSchema.optional(),
  /** What to add to the balance; safe beside running requests. */
  quotaDelta: quotaSchema.optional(),
  ...z.object(requestLimitFields).partial().shape,
});

export const userManageSchema = z
  .object({
    username: z.string().max(191).optional(),
    id: z.int().min(1).optional(),
    action: z.enum(['disable', 'enable', 'delete', 'promote', 'demote']),
  })
  .refine(({ username, id }) => id !== undefined || (username ?? '') !== '', {
    error: 'is missing: name the user',
    path: ['username'],
    params: { zh: '缺失：请指定用户' },
  });

export const topUpSchema = z.object({
  user_id: z.int().min(1),
  quota: quotaSchema.min(0),
  remark: z.string().max(1000).optional(),
});

/** A user as the API shows it. Secrets are never filled. */
export const userSchema = z.object({
  id: z.int(),
  username: z.string(),
  password: z.literal(''),
  display_name: z.string(),
  role: z.int(),
  status: z.int(),
  email: z.string(),
  github_id: z.string(),
  wechat_id: z.string(),
  lark_id: z.string(),
  oidc_id: z.string(),
  verification_code: z.literal(''),
  access_token: z.literal(''),
  /** What is left to spend. */
  quota: z.int(),
  used_quota: z.int(),
  request_count: z.int(),
  group: z.string(),
  aff_code: z.string(),
  inviter_id: z.int(),
  ...requestLimitFields,
  ...spentFields,
  /** For `If-Match`: grows with each change of the balance. */
  quota_version: z.int(),
  /** Only on login and own account: the first password of the first administrator is still in use. */
  must_change_password: z.boolean().optional(),
});

export type UserJson = z.infer<typeof userSchema>;
export type UserListQueryInput = z.infer<typeof userListQuerySchema>;
export type UserCreateInput = z.infer<typeof userCreateSchema>;
export type AccountUpdateInput = z.infer<typeof accountUpdateSchema>;
export type UserUpdateInput = z.infer<typeof userUpdateSchema>;
export type UserManageInput = z.infer<typeof userManageSchema>;
export type TopUpInput = z.infer<typeof topUpSchema>;

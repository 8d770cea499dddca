import { z } from 'zod';
import { MAX_USERNAME_LENGTH, passwordSchema, usernameSchema } from './user.ts';

/** Whether somebody has to set up this installation: the data of `GET /api/setup`. */
export const setupStateSchema = z.object({
  /** True: it is set up. False: the first administrator still has the password that everybody knows. */
  status: z.boolean(),
  /** There is an administrator of the highest role. */
  root_init: z.boolean(),
});

/** Name and password of the first administrator. */
export const setupSchema = z
  .object({
    username: usernameSchema.max(MAX_USERNAME_LENGTH),
    password: passwordSchema,
    /** The same again, where a form asks twice. */
    confirmPassword: z.string().optional(),
  })
  .refine(({ password, confirmPassword = password }) => password === confirmPassword, {
    path: ['confirmPassword'],
    error: 'must be the same as password',
    params: { zh: '必须与 password 相同' },
  });

export type SetupStateJson = z.infer<typeof setupStateSchema>;
export type SetupInput = z.infer<typeof setupSchema>;

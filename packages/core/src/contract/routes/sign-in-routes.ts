import { z } from 'zod';
import { successSchema } from '../envelope.ts';
import { defineRoutes, type RouteDeclaration } from '../route.ts';
import {
  emailBindQuerySchema,
  emailQuerySchema,
  identityParamsSchema,
  oauthCallbackQuerySchema,
  oauthStateAnswerSchema,
  oauthStateQuerySchema,
  passwordResetSchema,
  registerSchema,
  turnstileQuerySchema,
  wechatQuerySchema,
} from '../sign-in.ts';
import { userSchema } from '../user.ts';

/** Who was logged in; or the message `bind`, and no data, where an account that was logged in got the identity. */
const signInAnswerSchema = successSchema.extend({ data: userSchema.optional() });

const callback = (path: string, name: string) =>
  ({
    method: 'get',
    path,
    role: 'guest',
    limiter: 'critical',
    summary: `Log in, register, or bind, with what ${name} gave the browser.`,
    query: oauthCallbackQuerySchema,
    answer: signInAnswerSchema,
  }) as const satisfies RouteDeclaration;

/** Registration, mails of the login pages, and logins at other providers. */
export const signInRoutes = defineRoutes('signIn', {
  register: {
    method: 'post',
    path: '/api/user/register',
    role: 'guest',
    limiter: 'critical',
    needsHuman: true,
    summary: 'Make an account with a password. Does not log in.',
    query: turnstileQuerySchema,
    body: registerSchema,
  },
  sendVerification: {
    method: 'get',
    path: '/api/verification',
    role: 'guest',
    limiter: 'critical',
    needsHuman: true,
    alsoPost: true,
    summary: 'Send a verification code to an address. The answer does not tell who has it.',
    query: emailQuerySchema,
  },
  sendReset: {
    method: 'get',
    path: '/api/reset_password',
    role: 'guest',
    limiter: 'critical',
    needsHuman: true,
    alsoPost: true,
    summary: 'Send a link to set a new password. The answer does not tell who has the address.',
    query: emailQuerySchema,
  },
  resetPassword: {
    method: 'post',
    path: '/api/user/reset',
    role: 'guest',
    limiter: 'critical',
    summary: 'Set a new password with the token of a link; without one, make one up and answer it.',
    body: passwordResetSchema,
    answer: successSchema.extend({ data: z.string().optional() }),
  },
  startOAuth: {
    method: 'get',
    path: '/api/oauth/state',
    role: 'guest',
    limiter: 'critical',
    summary: 'Begin a login at a provider: answers the state to send along.',
    query: oauthStateQuerySchema,
    answer: oauthStateAnswerSchema,
  },
  github: callback('/api/oauth/github', 'GitHub'),
  lark: callback('/api/oauth/lark', 'Lark'),
  oidc: callback('/api/oauth/oidc', 'the OpenID Connect provider'),
  wechat: {
    method: 'get',
    path: '/api/oauth/wechat',
    role: 'guest',
    limiter: 'critical',
    alsoPost: true,
    summary: 'Log in or register with a code of the WeChat account.',
    query: wechatQuerySchema,
    data: userSchema,
  },
  bindWechat: {
    method: 'get',
    path: '/api/oauth/wechat/bind',
    role: 'common',
    limiter: 'critical',
    alsoPost: true,
    summary: 'Bind a WeChat identity to the own account.',
    query: wechatQuerySchema,
  },
  bindEmail: {
    method: 'get',
    path: '/api/oauth/email/bind',
    role: 'common',
    limiter: 'critical',
    alsoPost: true,
    summary: 'Bind an address to the own account, with the code that was sent to it.',
    query: emailBindQuerySchema,
  },
  unbind: {
    method: 'delete',
    path: '/api/oauth/:provider/bind',
    role: 'common',
    summary: 'Unbind an identity or the address from the own account; not the last way to log in.',
    params: identityParamsSchema,
  },
});

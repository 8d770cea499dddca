import { expect } from '@jest/globals';
import { listShapeFaults } from '../one-api-client.ts';
import { no, ok, other, type Step } from './step.ts';

const isText: Step['check'] = ({ data }) => {
  expect(typeof data).toBe('string');
};

/** What needs no account, and how the door is kept: 401, 404, sessions, the own account. */
export const frontDoorSteps: readonly Step[] = [
  ok('guest', 'GET /api/status', undefined, ({ data }) => {
    expect(listShapeFaults('status', data)).toEqual([]);
  }),
  ok('guest', 'GET /api/notice', undefined, isText),
  ok('guest', 'GET /api/about', undefined, isText),
  ok('guest', 'GET /api/home_page_content', undefined, isText),
  ok('guest', 'GET /api/oauth/state', undefined, ({ data }) => {
    expect(data).toMatch(/^[A-Za-z0-9]{12,}$/);
  }),
  ...['github', 'lark', 'oidc'].map((provider) =>
    other('guest', `GET /api/oauth/${provider}?code=x&state=wrong`, 403, { success: false }),
  ),
  no('guest', 'GET /api/oauth/wechat?code=x'),
  no('guest', 'GET /api/verification?email=not-an-address'),
  no('guest', 'GET /api/reset_password?email=not-an-address'),
  no('guest', 'POST /api/user/reset', { email: 'a@example.com', token: 'wrong' }),
  no('guest', 'POST /api/user/login', { username: 'alice', password: 'wrong password' }),
  no('guest', 'POST /api/user/login', { username: '', password: '' }),
  no('guest', 'POST /api/user/login', '{"username":'),
  ok(
    'guest',
    'POST /api/user/login',
    { username: 'alice', password: 'correct horse' },
    ({ data }) => {
      expect(listShapeFaults('user', data)).toEqual([]);
      expect(data).toMatchObject({ username: 'alice', role: 1, status: 1, quota: 0, group: '' });
    },
  ),
  ok('guest', 'GET /api/user/logout'),
  ok('guest', 'POST /api/user/register', { username: 'dora', password: 'correct horse' }),
  no('guest', 'POST /api/user/register', { username: 'dora', password: 'correct horse' }),
  no('guest', 'POST /api/user/register', { username: 'x'.repeat(13), password: 'correct horse' }),
  no('guest', 'POST /api/user/register', { username: 'ed', password: 'short' }),
  ...['/api/user/self', '/api/token/', '/api/log/self', '/api/channel/', '/api/option/'].map(
    (path) => other('guest', `GET ${path}`, 401, { success: false }),
  ),
  ...['/api/user/', '/api/channel/', '/api/redemption/', '/api/log/', '/api/group/'].map((path) =>
    no('alice', `GET ${path}`),
  ),
  no('admin', 'GET /api/option/'),
  no('admin', 'PUT /api/option/', { key: 'Notice', value: 'x' }),
  ...['GET /api/nothing', 'DELETE /api/status', 'PATCH /api/token/'].map((call) =>
    other('root', call, 404, {
      check({ error }) {
        const message = `Invalid URL (${call.replace(' ', ' ')})`;
        expect(error).toEqual({ message, type: 'invalid_request_error', param: '', code: '' });
      },
    }),
  ),
  ok('cookie', 'GET /api/user/self', undefined, ({ data }) => {
    expect(listShapeFaults('user', data)).toEqual([]);
    expect(data).toMatchObject({ username: 'alice', password: '', access_token: '' });
  }),
  ok('alice', 'PUT /api/user/self', { display_name: 'Alice' }),
  no('alice', 'PUT /api/user/self', { password: 'short' }),
  no('alice', 'PUT /api/user/self', 'no json'),
  ok('alice', 'GET /api/user/self/', undefined, ({ data }) => {
    expect(data).toMatchObject({ display_name: 'Alice' });
  }),
  ok('alice', 'GET /api/user/dashboard', undefined, ({ data }) => {
    expect(data).toEqual([]);
  }),
  ok('alice', 'GET /api/user/aff', undefined, ({ data }) => {
    expect(data).toMatch(/^\w{4}$/);
  }),
  ok('alice', 'GET /api/user/available_models', undefined, ({ data }) => {
    expect(data).toContain('gpt-4o');
  }),
  ok('alice', 'GET /api/models', undefined, ({ data }) => {
    expect(data).toMatchObject({ '1': expect.any(Array), '34': [], '43': null });
  }),
  no('alice', 'GET /api/oauth/wechat/bind?code=x'),
  no('alice', 'GET /api/oauth/email/bind?email=a@example.com&code=wrong'),
];

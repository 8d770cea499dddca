import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ModelListQuery } from '@turnpike/core';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

const WITHOUT_LIST = 2;

const query: ModelListQuery = function* ({ baseUrl, key, config }) {
  const path = typeof config['path'] === 'string' ? config['path'] : '/models';
  const body = yield { url: baseUrl + path, headers: { authorization: `Bearer ${key}` } };
  const { models } = body as { models?: string[] };
  return models === undefined ? { problem: 'the answer has no list models' } : { models };
};

describe('the models of an upstream', () => {
  let test: TestMaster;
  let upstream: Server;
  let url: string;
  let listener: RequestListener;
  let asked: { path: string | undefined; authorization: string | undefined }[];
  let models: string[];

  beforeEach(async () => {
    asked = [];
    models = ['b', 'a', ' a ', ''];
    listener = (_request, response) => response.end(JSON.stringify({ models }));
    upstream = createServer((request, response) => {
      asked.push({ path: request.url, authorization: request.headers.authorization });
      listener(request, response);
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${String((upstream.address() as AddressInfo).port)}`;
    const findModelListQuery = (type: number) => (type === WITHOUT_LIST ? undefined : query);
    test = await openMaster({ globalApiRateLimit: 0 }, { findModelListQuery });
    await test.channels.createMany([{ key: 'sk-saved-key', type: 1, name: 'one', baseUrl: url }]);
  });
  afterEach(async () => {
    upstream.closeAllConnections();
    await new Promise((resolve) => upstream.close(resolve));
  });

  const admin = () => test.as('admin');
  const ask = (body: object) => admin().post('/api/channel/fetch_models').send(body);

  it('are names, sorted, each once, of a saved channel', async () => {
    const { body } = await admin().get('/api/channel/fetch_models/1/');

    expect(body).toEqual({ success: true, message: '', data: ['a', 'b'] });
    expect(asked).toEqual([{ path: '/models', authorization: 'Bearer sk-saved-key' }]);
  });

  it('are those of a channel that is not saved, with its own key, address and config', async () => {
    const config = '{"path":"/other"}';
    const { body } = await ask({
      type: 1,
      key: ' sk-first \nsk-second',
      base_url: `${url} `,
      config,
    });

    expect(body.data).toEqual(['a', 'b']);
    expect(asked).toEqual([{ path: '/other', authorization: 'Bearer sk-first' }]);
    expect(test.channels.rows.size).toBe(1);
  });

  it('are never asked for with a saved key at an address of the caller', async () => {
    await ask({ id: 1, type: 1, base_url: url });

    expect(asked).toEqual([{ path: '/models', authorization: 'Bearer' }]);
  });

  it('are no place for the key, nor for novels', async () => {
    models = ['gpt', 'x-sk-saved-key', 'n'.repeat(192)];

    expect((await admin().post('/api/channel/fetch_models/1')).body.data).toEqual(['gpt']);
  });

  it.each<[string, RequestListener, string]>([
    ['an error', (_, response) => response.writeHead(401).end('{"a":"inner secret"}'), '401'],
    ['a page', (_, response) => response.end('<html>inner secret'), 'not JSON'],
    ['no list', (_, response) => response.end('{"a":"inner secret"}'), 'no list models'],
    [
      'a redirect',
      (_, response) => response.writeHead(302, { location: `${url}/elsewhere` }).end(),
      '302',
    ],
    ['far too much', (_, response) => response.end(' '.repeat(9_000_000)), 'larger than 8 MB'],
  ])('say what is wrong where the upstream answers %s, and quote nothing', async (...row) => {
    listener = row[1];
    const { body, status } = await admin().get('/api/channel/fetch_models/1');

    expect([status, body.success, body.code]).toEqual([200, false, 'model_list_failed']);
    expect(body.message).toContain(row[2]);
    expect(body.message).not.toContain('secret');
    expect(asked).toHaveLength(1);
  });

  it('refuse what is no channel, and addresses that are none', async () => {
    const { body } = await admin().get('/api/channel/fetch_models/9');
    expect(body.code).toBe('not_found');
    for (const base_url of ['file:///etc/passwd', 'ftp://host/', 'host', 'http://'])
      expect((await ask({ type: 1, key: 'k', base_url })).body).toMatchObject({
        code: 'invalid_parameter',
        param: 'base_url',
      });
    expect((await ask({ key: 'k' })).body.param).toBe('type');
    expect((await ask({ type: WITHOUT_LIST, key: 'k' })).body.code).toBe(
      'model_list_not_supported',
    );
    expect(asked).toEqual([]);
  });

  it('cannot be asked for by a link on another site', async () => {
    const login = { username: 'admin', password: 'correct horse' };
    const { headers } = await test.anonymous.post('/api/user/login').send(login);
    const cookie = String(headers['set-cookie']).split(';', 1)[0] ?? '';
    const call = test.anonymous.get('/api/channel/fetch_models/1').set('cookie', cookie);

    expect((await call.set('sec-fetch-site', 'cross-site')).status).toBe(403);
    expect(asked).toEqual([]);
  });
});

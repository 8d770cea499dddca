import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMediaFetcher, type MediaFetcher, type MediaLimits } from './fetch-media.ts';
import { isPublicAddress, lookupPublic } from './public-lookup.ts';

const picture = Buffer.from('a picture');
let server: Server;
let host: string;
let asked: string[] = [];
let fetcher: MediaFetcher;

const pages: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/picture': (response) =>
    response.writeHead(200, { 'content-type': 'Image/PNG; x=1' }).end(picture),
  '/page': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  '/untyped': (response) => response.writeHead(200).end(picture),
  '/gone': (response) => response.writeHead(404, { 'content-type': 'image/png' }).end(picture),
  '/moved': (response) => response.writeHead(302, { location: '/picture' }).end(),
  '/round': (response) => response.writeHead(302, { location: '/round' }).end(),
  '/inside': (response) =>
    response.writeHead(302, { location: 'http://127.0.0.1:1/picture' }).end(),
  '/metadata': (response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/picture' }).end(),
  '/large': (response) => {
    response.writeHead(200, { 'content-type': 'image/png' });
    response.write(Buffer.alloc(600));
    response.end(Buffer.alloc(600)); // and no length was said
  },
};

beforeAll(async () => {
  fetcher = createMediaFetcher();
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    pages[request.url ?? '']?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterAll(async () => {
  await fetcher.close();
  server.closeAllConnections();
  server.close();
});

const allowed = (): MediaLimits => ({ maxBytes: 1000, privateHosts: [host] });

describe('fetching a file by its address', () => {
  it.each([['/picture'], ['/moved']])('reads %s', async (path) => {
    expect(await fetcher.fetch(`http://${host}${path}`, allowed())).toEqual({
      mime: 'image/png',
      base64: picture.toString('base64'),
    });
  });

  it.each([['/page'], ['/untyped'], ['/gone'], ['/round'], ['/large'], ['/inside'], ['/metadata']])(
    'gives up %s',
    async (path) => {
      expect(await fetcher.fetch(`http://${host}${path}`, allowed())).toBeUndefined();
    },
  );

  it('never asks what is not public', async () => {
    asked = [];
    const { port } = server.address() as AddressInfo;
    const limits = { maxBytes: 1000, privateHosts: [] };
    for (const address of [
      `http://${host}/picture`,
      `http://localhost:${String(port)}/picture`,
      `http://[::1]:${String(port)}/picture`,
      `http://[::ffff:127.0.0.1]:${String(port)}/picture`,
      `http://0x7f000001:${String(port)}/picture`,
      'http://localhost/picture',
      'http://user:password@example.com/picture',
      'file:///etc/passwd',
      'nonsense',
    ])
      expect(await fetcher.fetch(address, limits)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('asks the allowed port of a host only', async () => {
    const limits = { maxBytes: 1000, privateHosts: ['127.0.0.1:1'] };
    expect(await fetcher.fetch(`http://${host}/picture`, limits)).toBeUndefined();
  });
});

describe('public addresses', () => {
  it.each([
    ['93.184.215.14', true],
    ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', true],
    ['10.1.2.3', false],
    ['100.100.100.200', false],
    ['127.0.0.1', false],
    ['169.254.169.254', false],
    ['172.31.0.1', false],
    ['192.168.0.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['0.0.0.0', false],
    ['::1', false],
    ['::', false],
    ['::ffff:10.0.0.1', false],
    ['64:ff9b::a00:1', false],
    ['fd00:ec2::254', false],
    ['fe80::1', false],
    ['2002:a00:1::', false],
    ['example.com', false],
  ])('%s: %s', (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });

  it.each([[true], [false]])('names that lead inside are not resolved (all: %s)', async (all) => {
    const error = await new Promise((resolve) => {
      lookupPublic('localhost', { all }, (found) => {
        resolve(found);
      });
    });
    expect(error).toMatchObject({ message: 'the address is not public' });
  });
});

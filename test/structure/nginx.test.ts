import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isRelayUrl } from '../../packages/relay/src/index.ts';
import { claimPort } from '../support/services/claim-port.mjs';
import { waitFor } from '../support/wait-for.ts';
import { clientPaths } from './client-paths.ts';
import { root } from './source-files.ts';

const template = readFileSync(join(root, 'deploy/nginx/turnpike.conf'), 'utf8');
const program = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].find((path) =>
  existsSync(path),
);
const whereInstalled = program === undefined ? describe.skip : describe;

describe('the load balancer', () => {
  it('has no other placeholders than those it explains', () => {
    const names = new Set([...template.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
    expect([...names].sort()).toEqual([
      'TURNPIKE_CONTROL_SERVERS',
      'TURNPIKE_LISTEN',
      'TURNPIKE_RELAY_SERVERS',
    ]);
    for (const name of names) expect(template).toContain(`#   ${name} `);
  });
});

whereInstalled('nginx with this configuration', () => {
  let relay: Upstream;
  let control: Upstream;
  let nginx: Nginx;
  beforeAll(async () => {
    relay = await startUpstream('relay');
    control = await startUpstream('control');
    const closedPort = await claimPort();
    nginx = await startNginx({
      // Without `max_fails=0` nginx would leave a node alone for a while that a test has let down.
      relayServers: `server 127.0.0.1:${closedPort} max_fails=0; server 127.0.0.1:${relay.port} max_fails=0;`,
      controlServers: `server 127.0.0.1:${control.port};`,
    });
  }, 30_000);
  afterAll(async () => {
    await nginx.stop();
    await Promise.all([relay.stop(), control.stop()]);
  });

  it.each([...clientPaths, '//v1/models', '/embeddings/'])(
    'sends %s to a node that serves it',
    async (path) => {
      const answer = await fetch(`${nginx.url}${path}`);
      expect(await answer.text()).toBe(isRelayUrl(path) ? 'relay' : 'control');
    },
  );

  it('passes each piece of a stream on before the next one is made', async () => {
    const pieces = ['data: 1\n\n', 'data: 2\n\n', 'data: [DONE]\n\n'];
    let answer: ServerResponse | undefined;
    relay.handle = (_incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(pieces[0]);
      answer = response;
    };
    const outgoing = request(`${nginx.url}/v1/chat/completions`, { method: 'POST' }).end('{}');
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.setEncoding('utf8');
    // The upstream writes the next piece only after the client has the last one: a buffer would make both wait for ever.
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) answer!.write(piece);
      expect(await once(incoming, 'data')).toEqual([piece]);
    }
    answer!.end();
    incoming.resume();
    await once(incoming, 'end');
  });

  it('passes a body on while it arrives', async () => {
    const arrived: string[] = [];
    relay.handle = (incoming, response) => {
      incoming.setEncoding('utf8').on('data', (text: string) => arrived.push(text));
      incoming.on('end', () => response.end('done'));
    };
    const outgoing = request(`${nginx.url}/v1/audio/transcriptions`, { method: 'POST' });
    outgoing.write('first');
    await waitFor('the first part', () => arrived.join('') === 'first');
    outgoing.end(' second');
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.resume();
    await once(incoming, 'end');
    expect(arrived.join('')).toBe('first second');
  });

  it('tells a node that the client has gone', async () => {
    let isGone = false;
    relay.handle = (_incoming, response) => {
      response.on('close', () => (isGone = true));
      response.write('data: 1\n\n');
    };
    const outgoing = request(`${nginx.url}/v1/chat/completions`, { method: 'POST' }).end('{}');
    await once(outgoing, 'response');
    outgoing.on('error', () => undefined).destroy();
    await waitFor('the end of the connection', () => isGone);
  });

  it('sends a request that no node has seen to the next node, and one that was seen to none', async () => {
    relay.handle = (_incoming, response) => response.end('relay');
    for (const _attempt of [1, 2, 3, 4]) {
      const answer = await fetch(`${nginx.url}/v1/chat/completions`, {
        method: 'POST',
        body: '{}',
      });
      expect(await answer.text()).toBe('relay');
    }

    let seen = 0;
    relay.handle = (incoming) => {
      seen += 1;
      incoming.socket.destroy();
    };
    const answer = await fetch(`${nginx.url}/v1/chat/completions`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(503);
    expect(seen).toBe(1);
  });

  it('answers what SDKs understand and try again where no node answers', async () => {
    relay.handle = (incoming) => incoming.socket.destroy();
    const answer = await fetch(`${nginx.url}/v1/chat/completions`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toMatchObject({ error: { code: 'not_ready' } });
  });

  it("passes a node's own refusals on as they are", async () => {
    relay.handle = (_incoming, response) => response.writeHead(502).end('{"error":"its own"}');
    const answer = await fetch(`${nginx.url}/v1/chat/completions`, { method: 'POST', body: '{}' });
    expect([answer.status, await answer.text()]).toEqual([502, '{"error":"its own"}']);
  });

  it('tells the address that it sees, not the one that a client claims, and keeps the host', async () => {
    let headers: IncomingMessage['headers'] = {};
    control.handle = (incoming, response) => {
      ({ headers } = incoming);
      response.end();
    };
    await fetch(`${nginx.url}/api/status`, { headers: { 'x-forwarded-for': '10.1.2.3' } });
    expect(headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(headers['x-forwarded-proto']).toBe('http');
    expect(headers.host).toBe(new URL(nginx.url).host);
  });

  it('keeps connections to the nodes open', async () => {
    control.handle = (incoming, response) => response.end(String(incoming.socket.remotePort));
    const ports = new Set<string>();
    for (const _attempt of [1, 2, 3, 4, 5, 6])
      ports.add(await (await fetch(`${nginx.url}/api/status`)).text());
    // One for each worker process that took a request, at most.
    expect(ports.size).toBeLessThan(6);
  });

  it('does not show the metrics to the world', async () => {
    expect((await fetch(`${nginx.url}/metrics`)).status).toBe(404);
  });
});

interface Nginx {
  url: string;
  stop(): Promise<void>;
}

/** Fills the template as an operator would, and runs it in a folder of its own. */
async function startNginx(servers: {
  relayServers: string;
  controlServers: string;
}): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'turnpike-nginx-'));
  const port = await claimPort();
  mkdirSync(join(folder, 'conf.d'));
  copyFileSync(join(root, 'deploy/nginx/nginx.conf'), join(folder, 'nginx.conf'));
  const filled = template
    .replaceAll('${TURNPIKE_LISTEN}', `127.0.0.1:${port}`)
    .replaceAll('${TURNPIKE_RELAY_SERVERS}', servers.relayServers)
    .replaceAll('${TURNPIKE_CONTROL_SERVERS}', servers.controlServers);
  writeFileSync(join(folder, 'conf.d/turnpike.conf'), filled);

  const place = ['-p', folder, '-c', join(folder, 'nginx.conf')];
  const { status, stderr } = spawnSync(program!, [...place, '-t'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const child = spawn(program!, [...place, '-g', 'daemon off;'], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await endProcess(child);
    rmSync(folder, { recursive: true });
  };
  try {
    await waitFor('nginx to listen', async () => (await fetch(`${url}/metrics`)).status === 404);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

interface Upstream {
  port: number;
  handle: (incoming: IncomingMessage, response: ServerResponse) => void;
  stop(): Promise<void>;
}

async function startUpstream(name: string): Promise<Upstream> {
  const upstream: Upstream = {
    port: 0,
    handle: (_incoming, response) => response.end(name),
    stop: () => closeServer(server),
  };
  const server = createServer((incoming, response) => {
    upstream.handle(incoming, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  upstream.port = (server.address() as AddressInfo).port;
  return upstream;
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

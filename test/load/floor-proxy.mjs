// The floor of the benchmark: the least that a proxy in Node can do. A bare `node:http` server in front of undici's
// `Pool.dispatch`; no authentication, no bill, and nothing is parsed. It collects the request's body, because a
// gateway that reads the model's name has to do that as well, and passes the answer on as it comes.
// Flags: --upstream <url> --port <n>. Prints `{"url": …}` once it listens.
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';

const { values } = parseArgs({
  options: { upstream: { type: 'string' }, port: { type: 'string', default: '0' } },
});
const pool = new Pool(values.upstream, { connections: 2048, pipelining: 1 });

class Relay {
  constructor(response) {
    this.response = response;
  }

  onRequestStart(controller) {
    this.controller = controller;
    this.response.on('close', () => {
      if (!this.response.writableFinished) controller.abort(new Error('client gone'));
    });
  }

  onResponseStart(_controller, status, headers) {
    delete headers.connection;
    delete headers['keep-alive'];
    delete headers['transfer-encoding'];
    this.response.writeHead(status, headers);
  }

  onResponseData(controller, bytes) {
    if (this.response.write(bytes)) return;
    controller.pause();
    this.response.once('drain', () => controller.resume());
  }

  onResponseEnd() {
    this.response.end();
  }

  onResponseError() {
    if (this.response.headersSent) this.response.destroy();
    else this.response.writeHead(502).end();
  }
}

const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    const { authorization = '', 'content-type': type = '' } = request.headers;
    pool.dispatch(
      {
        path: request.url,
        method: request.method,
        headers: { authorization, 'content-type': type },
        body: body.length === 0 ? null : body,
      },
      new Relay(response),
    );
  });
});

server.listen(Number(values.port), '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })}\n`);
});

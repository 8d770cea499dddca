import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { claimPort } from './claim-port.mjs';
import { requireProgram } from './find-program.mjs';
import { probeGreeting } from './probe-greeting.mjs';
import { createServerProcess, givePermission } from './run-program.mjs';

const SLOTS = 16_384;
const NODES = 3;
/** Nodes talk to one another on their port + this. */
const BUS_OFFSET = 10_000;
const READY_WITHIN_MS = 60_000;

/**
 * A Redis Cluster of three masters without replicas, of its own in `folder`.
 *
 * @param {string} folder
 * @returns {Promise<{ url: string, stop: () => Promise<void>, kill: () => Promise<void>, start: () => Promise<void> }>}
 *   the addresses of the nodes, separated by commas; how to end all of them with SIGKILL and start them again
 */
export async function startRedisCluster(folder) {
  const server = requireProgram(['redis-server', 'valkey-server'], { aptPackage: 'redis-server' });
  /** @type {(import('./run-program.mjs').ServerProcess & { port: number })[]} */
  const nodes = [];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (let index = 0; index < NODES; index += 1)
      nodes.push(await startNode(server, join(folder, `node-${index}`)));
    const [first] = nodes;
    for (const [index, { port }] of nodes.entries()) {
      const from = Math.ceil((SLOTS * index) / NODES);
      const to = Math.ceil((SLOTS * (index + 1)) / NODES) - 1;
      await ask(port, `CLUSTER ADDSLOTSRANGE ${from} ${to}`);
      await ask(port, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`);
      if (index > 0) await ask(port, `CLUSTER MEET 127.0.0.1 ${first?.port}`);
    }
    await waitUntilAgreed(nodes.map(({ port }) => port));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: nodes.map(({ port }) => `redis://127.0.0.1:${port}`).join(','),
    stop,
    async kill() {
      await Promise.all(nodes.map((node) => node.kill()));
    },
    async start() {
      await Promise.all(nodes.map((node) => node.start()));
      await waitUntilAgreed(nodes.map(({ port }) => port));
    },
  };
}

/**
 * @param {string} server
 * @param {string} folder
 */
async function startNode(server, folder) {
  await mkdir(folder, { recursive: true });
  await givePermission(folder);
  const port = await claimPort({ alsoAbove: BUS_OFFSET });
  const parameters = [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
    ...['--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--save', ''],
    ...['--cluster-enabled', 'yes', '--cluster-node-timeout', '5000'],
  ];
  const isReady = () => probeGreeting(port, 'PING\r\n', (answer) => answer.includes('PONG'));
  const node = createServerProcess(server, parameters, { folder, isReady });
  await node.start();
  return { port, ...node };
}

/** @param {number[]} ports */
async function waitUntilAgreed(ports) {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const states = await Promise.all(ports.map((port) => ask(port, 'CLUSTER INFO')));
    const agrees = (/** @type {string} */ info) =>
      info.includes('cluster_state:ok') &&
      info.includes(`cluster_slots_ok:${SLOTS}`) &&
      info.includes(`cluster_known_nodes:${NODES}`);
    if (states.every(agrees)) return;
    if (Date.now() > deadline) throw new Error(`the Redis Cluster did not form:\n${states[0]}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * One command and its answer.
 *
 * @param {number} port
 * @param {string} command
 * @returns {Promise<string>}
 */
function ask(port, command) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.once('error', reject);
    socket.once('connect', () => socket.write(`${command}\r\n`));
    socket.on('data', (/** @type {Buffer} */ chunk) => {
      answer += chunk.toString();
      // A status is one line; a text begins with its length.
      const text = /^\$(\d+)\r\n/.exec(answer);
      if (
        text === null ? !answer.endsWith('\r\n') : answer.length < text[0].length + Number(text[1])
      )
        return;
      socket.destroy();
      if (answer.startsWith('-')) reject(new Error(`${command}: ${answer.trim()}`));
      else resolve(answer);
    });
  });
}

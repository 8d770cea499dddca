import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServerProcess, givePermission } from '../services/run-program.mjs';

const templates = fileURLToPath(new URL('../../../deploy/nginx/', import.meta.url));

/**
 * nginx before the nodes, with the configuration of `deploy/nginx`.
 *
 * @param {string} program
 * @param {{ folder: string, port: number, master: { port: number }, slaves: { port: number }[],
 *   stops: (() => Promise<unknown>)[] }} options
 * @returns {Promise<string>} its address
 */
export async function startNginx(program, { folder, port, master, slaves, stops }) {
  await mkdir(join(folder, 'conf.d'), { recursive: true });
  await copyFile(join(templates, 'nginx.conf'), join(folder, 'nginx.conf'));
  const template = await readFile(join(templates, 'turnpike.conf'), 'utf8');
  const servers = (nodes) => nodes.map((node) => `server 127.0.0.1:${node.port};`).join(' ');
  const filled = template
    .replaceAll('${TURNPIKE_LISTEN}', `127.0.0.1:${port}`)
    .replaceAll(
      '${TURNPIKE_RELAY_SERVERS}',
      `${servers(slaves)} server 127.0.0.1:${master.port} backup;`,
    )
    .replaceAll('${TURNPIKE_CONTROL_SERVERS}', servers([master]));
  await writeFile(join(folder, 'conf.d', 'turnpike.conf'), filled);
  await givePermission(folder);
  const url = `http://127.0.0.1:${port}`;
  const server = createServerProcess(
    program,
    ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'],
    { folder, stopSignal: 'SIGQUIT', isReady: () => isAnswering(`${url}/api/status`) },
  );
  stops.push(server.stop);
  await server.start();
  return url;
}

async function isAnswering(url) {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

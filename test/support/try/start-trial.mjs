import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../services/find-program.mjs';
import { givePermission } from '../services/run-program.mjs';
import { createPostgres } from '../services/start-postgres.mjs';
import { createRedis } from '../services/start-redis.mjs';
import { startGateway } from '../start-gateway.mjs';
import { startNginx } from './start-nginx.mjs';

const turnpike = fileURLToPath(
  new URL('../../../packages/server/bin/turnpike.mjs', import.meta.url),
);

/**
 * Starts everything, and registers how to stop each part.
 *
 * @param {{ folder: string, slaveCount: number, port: number, isDemo: boolean, stops: (() => Promise<unknown>)[] }} trial
 * @returns {Promise<string[]>} what a person should read
 */
export async function startTrial({ folder, slaveCount, port, isDemo, stops }) {
  const nginx = findProgram(['nginx']);
  const service = async (name, create) => {
    say(`starting ${name} …`);
    const own = join(folder, name);
    await mkdir(own);
    await givePermission(own);
    const created = await create(own);
    stops.push(created.stop);
    await created.start();
    return created;
  };
  await givePermission(folder);
  const redis = await service('redis', createRedis);
  const database = await service('postgres', createPostgres);

  const shared = {
    REDIS_CONN_STRING: redis.url,
    ENCRYPTION_KEY: randomBytes(24).toString('base64url'),
    SESSION_SECRET: randomBytes(24).toString('base64url'),
    TEST_FORWARD_REQUEST_ID: 'false',
    GLOBAL_API_RATE_LIMIT: '480',
    LOG_LEVEL: 'info',
    ...(nginx !== undefined && { TRUSTED_PROXIES: 'loopback' }),
  };
  const node = async (name, env, { fixedPort, args = [] } = {}) => {
    say(`starting ${name} …`);
    const dataDir = join(folder, 'nodes', name);
    await mkdir(dataDir);
    const gateway = await startGateway({
      dataDir,
      env: { ...shared, ...env },
      port: fixedPort,
      args,
    });
    stops.push(gateway.stop);
    return gateway;
  };
  const forMaster = { NODE_TYPE: 'master', SQL_DSN: database.url };
  const commands = await prepareCommands(folder, { ...shared, ...forMaster });
  const master = await node('master', forMaster, {
    fixedPort: nginx === undefined ? port : undefined,
    args: isDemo ? ['--demo'] : [],
  });
  const demoKey = isDemo ? await findDemoKey(master) : undefined;
  const slaves = [];
  for (let n = 1; n <= slaveCount; n += 1)
    slaves.push(await node(`slave-${n}`, { NODE_TYPE: 'slave' }));

  const front =
    nginx === undefined
      ? undefined
      : await startNginx(nginx, { folder: join(folder, 'nginx'), port, master, slaves, stops });
  return describe({ front, master, slaves, redis, database, folder, demoKey, commands });
}

/** A folder in which commands find the settings of the masters, as they do in a container of one. */
async function prepareCommands(folder, settings) {
  const place = join(folder, 'commands');
  await mkdir(place);
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  await writeFile(join(place, '.env'), `${lines.join('\n')}\nLOG_LEVEL=warn\n`, { mode: 0o600 });
  return place;
}

function describe({ front, master, slaves, redis, database, folder, demoKey, commands }) {
  const address = front ?? slaves[0].url;
  return [
    ...(front === undefined
      ? ['nginx is not installed: talk to the nodes themselves (Debian: apt-get install nginx).']
      : [`Front (nginx)   ${front}    relays to the slaves, /api to the master`]),
    `Master          ${master.url}    management API, usage, schedules`,
    ...slaves.map(({ url }, n) => `Slave ${n + 1}         ${url}`),
    `Redis           ${redis.url}`,
    `PostgreSQL      ${database.url}`,
    `Logs and data   ${folder}`,
    `Commands        cd ${commands} && node ${turnpike} queue`,
    '',
    demoKey === undefined
      ? 'First login: root / 123456. Add a channel and a token, then:'
      : 'First login: root / 123456. Try it:',
    `  curl ${address}/v1/chat/completions -H 'Authorization: Bearer ${demoKey ?? 'sk-…'}' -H 'Content-Type: application/json' \\`,
    `    -d '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello"}]}'`,
  ];
}

/** The master tells a key that works when its sample data is made. */
async function findDemoKey(master) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const [key] = /sk-\w{48}/.exec(master.logs()) ?? [];
    if (key !== undefined) return key;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the master made no sample data:\n${master.logs()}`);
}

function say(line) {
  process.stdout.write(`${line}\n`);
}

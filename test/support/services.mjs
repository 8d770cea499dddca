// The services that tests need: those of TEST_POSTGRES_URL, TEST_MYSQL_URL and TEST_REDIS_URL where set, else throw-away
// ones from the machine, on free ports, in temporary folders.
import { rm } from 'node:fs/promises';
import { makeServiceFolder } from './services/make-service-folder.mjs';
import { startMysql } from './services/start-mysql.mjs';
import { startPostgres } from './services/start-postgres.mjs';
import { startRedis } from './services/start-redis.mjs';

/** @typedef {{ url: string, stop: () => Promise<void> }} Service */

const starters = [
  { variable: 'TEST_POSTGRES_URL', start: startPostgres },
  { variable: 'TEST_MYSQL_URL', start: startMysql },
  { variable: 'TEST_REDIS_URL', start: startRedis },
];

/**
 * Starts what is not there yet.
 *
 * @returns {Promise<{ env: Record<string, string>, stop: () => Promise<void> }>} the variables for the tests, and how
 * to stop what was started
 * @throws when a program is missing and cannot be installed: the message says what to install
 */
export async function startServices() {
  /** @type {Record<string, string>} */
  const env = {};
  /** @type {(() => Promise<void>)[]} */
  const stops = [];
  async function stop() {
    for (const stopOne of stops.splice(0).reverse()) await stopOne();
  }
  try {
    // One after the other: they share the package manager's lock.
    for (const { variable, start } of starters) {
      const given = process.env[variable];
      if (given) {
        env[variable] = given;
        continue;
      }
      const folder = await makeServiceFolder();
      stops.push(() => rm(folder, { recursive: true, force: true }));
      const service = await start(folder);
      stops.push(service.stop);
      env[variable] = service.url;
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { env, stop };
}

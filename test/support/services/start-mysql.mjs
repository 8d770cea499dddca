import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { claimPort } from './claim-port.mjs';
import { findProgram, requireProgram } from './find-program.mjs';
import { probeGreeting } from './probe-greeting.mjs';
import { createServerProcess, runToEnd } from './run-program.mjs';

/**
 * A MariaDB or MySQL of its own in `folder`; its data survives a stop or a kill.
 *
 * @param {string} folder
 * @param {string[]} [more] further parameters; later ones win
 */
export async function createMysql(folder, more = []) {
  const server = requireProgram(['mariadbd', 'mysqld'], { aptPackage: 'mariadb-server' });
  const data = join(folder, 'data');
  await initialize(server, data, folder);
  const port = await claimPort();
  const startup = join(folder, 'startup.sql');
  await writeFile(
    startup,
    "CREATE USER IF NOT EXISTS 'test'@'127.0.0.1' IDENTIFIED BY 'test';\nGRANT ALL ON *.* TO 'test'@'127.0.0.1' WITH GRANT OPTION;\n",
    { mode: 0o644 },
  );
  const program = createServerProcess(
    server,
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(folder, 's.sock')}`,
      `--pid-file=${join(folder, 'pid')}`,
      `--init-file=${startup}`,
      '--skip-name-resolve',
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-buffer-pool-size=64M',
      '--max-connections=200',
      ...more,
    ],
    // The first byte after the header is the protocol's version; an error has 0xff there.
    { folder, isReady: () => probeGreeting(port, '', (greeting) => greeting[4] === 10) },
  );
  return { ...program, url: `mysql://test:test@127.0.0.1:${port}/mysql`, dataFolder: data };
}

/**
 * @param {string} folder
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startMysql(folder) {
  const mysql = await createMysql(folder);
  await mysql.start();
  return mysql;
}

/**
 * @param {string} server
 * @param {string} data
 * @param {string} folder
 */
async function initialize(server, data, folder) {
  const installer = server.endsWith('mariadbd')
    ? findProgram(['mariadb-install-db', 'mysql_install_db'])
    : undefined;
  if (installer !== undefined) {
    const parameters = ['--no-defaults', `--datadir=${data}`, '--skip-test-db'];
    await runToEnd(installer, [...parameters, '--auth-root-authentication-method=normal'], folder);
  } else {
    await runToEnd(server, ['--no-defaults', '--initialize-insecure', `--datadir=${data}`], folder);
  }
}

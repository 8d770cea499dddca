import { join } from 'node:path';
import { claimPort } from './claim-port.mjs';
import { postgresFolders, requireProgram } from './find-program.mjs';
import { probeGreeting } from './probe-greeting.mjs';
import { createServerProcess, runToEnd } from './run-program.mjs';

/**
 * A PostgreSQL of its own in `folder`; its data survives a stop or a kill.
 *
 * @param {string} folder
 * @param {string[]} [more] further settings; later ones win
 */
export async function createPostgres(folder, more = []) {
  const options = () => ({ aptPackage: 'postgresql', extraPlaces: postgresFolders() });
  requireProgram(['postgres'], options());
  // Looked for again: an installation may just have made the folder.
  const postgres = requireProgram(['postgres'], options());
  const initdb = requireProgram(['initdb'], options());
  const data = join(folder, 'data');
  await runToEnd(
    initdb,
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--locale=C.UTF-8'],
    folder,
  );
  const port = await claimPort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    `unix_socket_directories=${folder}`,
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    'max_connections=200',
    ...more,
  ];
  const program = createServerProcess(
    postgres,
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    {
      folder,
      stopSignal: 'SIGINT',
      isReady: () => probeGreeting(port, startupMessage(), isReadyAnswer),
    },
  );
  const url = `postgres://postgres@127.0.0.1:${port}/postgres?sslmode=disable`;
  return { ...program, url, dataFolder: data };
}

/**
 * @param {string} folder
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startPostgres(folder) {
  const postgres = await createPostgres(folder);
  await postgres.start();
  return postgres;
}

/** Protocol 3.0, user and database `postgres`. */
function startupMessage() {
  const body = Buffer.from('\0\x03\0\0user\0postgres\0database\0postgres\0\0', 'latin1');
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}

/** `R`: authentication; while it starts up it answers `E`. @param {Buffer} answer */
function isReadyAnswer(answer) {
  return answer[0] === 0x52;
}

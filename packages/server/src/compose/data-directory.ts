import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from '../make-directory.ts';
import type { Settings } from '../settings/load-settings.ts';
import type { WorkerKind } from '../workers/worker-process.ts';
import { sharedSecrets } from './cluster-secrets.ts';

/** What the data directory holds besides the database. */
export interface DataDirectory {
  /** The SQLite file to open. */
  sqlitePath: string;
  encryptionKey: string;
  sessionSecret: string;
  /** Empty at start: what a killed process left is gone. */
  temporaryDirectory: string;
}

/**
 * Prepares the data directory: creates it where it is missing, and generates the secrets that are not set, once, readable
 * by the owner only.
 */
export function openDataDirectory(
  settings: Settings,
  { isRunning = true, kind }: { isRunning?: boolean; kind?: WorkerKind | undefined } = {},
): DataDirectory {
  const { dataDir, role } = settings;
  makeDirectory('DATA_DIR', dataDir, 0o700);
  const shared = join(dataDir, 'tmp');
  const temporaryDirectory =
    kind === undefined ? shared : join(shared, `worker-${String(process.pid)}`);
  // A command beside a running gateway must leave its uploads alone, and a worker those of the others.
  if (isRunning) rmSync(temporaryDirectory, { recursive: true, force: true });
  makeDirectory('DATA_DIR', temporaryDirectory, 0o700);
  const secrets = role === 'standalone' ? ownSecrets(settings) : sharedSecrets(settings);
  return {
    ...secrets,
    sqlitePath: findSqlitePath(settings),
    temporaryDirectory,
  };
}

function ownSecrets(settings: Settings): Pick<DataDirectory, 'encryptionKey' | 'sessionSecret'> {
  const { dataDir, encryptionKey, sessionSecret } = settings;
  return {
    encryptionKey: encryptionKey ?? readOrGenerate(join(dataDir, 'encryption.key')),
    sessionSecret: sessionSecret ?? readOrGenerate(join(dataDir, 'session.secret')),
  };
}

/** Where the SQLite file is, or would be created. */
export function findSqlitePath({
  sqlitePath,
  dataDir,
}: Pick<Settings, 'sqlitePath' | 'dataDir'>): string {
  return sqlitePath ?? defaultSqlitePath(dataDir);
}

/** A One API database that was put here is opened in place. */
function defaultSqlitePath(dataDir: string): string {
  const own = join(dataDir, 'turnpike.db');
  const adopted = join(dataDir, 'one-api.db');
  return !existsSync(own) && existsSync(adopted) ? adopted : own;
}

function readOrGenerate(path: string): string {
  if (existsSync(path)) return readSecret(path);
  const secret = randomBytes(32).toString('base64url');
  try {
    writeFileSync(path, `${secret}\n`, { mode: 0o600, flag: 'wx', flush: true });
  } catch (error) {
    // A full disk takes the name and not the text. What somebody else wrote meanwhile is theirs.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(path, { force: true });
    throw error;
  }
  return secret;
}

/** An empty secret would seal and sign like any other, and everybody would know it. */
function readSecret(path: string): string {
  const secret = readFileSync(path, 'utf8').trim();
  if (secret !== '') return secret;
  throw new Error(
    `${path} is empty. Put back what it held. Without that, remove the file: another one is made then, and what was sealed or signed with the old one cannot be used any more.`,
  );
}

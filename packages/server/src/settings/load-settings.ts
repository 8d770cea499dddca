import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { CommandLine } from '../cli/parse-arguments.ts';
import { findMisspelt } from './find-misspelt.ts';
import type { Environment } from './read-environment.ts';
import type { SettingDefinition } from './setting-definition.ts';
import { settingsSchema } from './settings-schema.ts';

type Definitions = Flatten<typeof settingsSchema>;
type Flatten<Sections> = UnionToIntersection<Sections[keyof Sections]>;
type UnionToIntersection<U> = (U extends unknown ? (u: U) => void : never) extends (
  i: infer I,
) => void
  ? I
  : never;

type SchemaSettings = {
  readonly [Name in keyof Definitions]: Definitions[Name] extends SettingDefinition<infer T>
    ? T
    : never;
};

/** Every setting as a typed value, with what follows from several of them. */
export type Settings = Omit<
  SchemaSettings,
  'nodeType' | 'dataDir' | 'sqlitePath' | 'isDebug' | 'workers' | 'journalDir'
> & {
  readonly role: 'standalone' | 'master' | 'slave';
  /** Relay processes of this machine behind one port. */
  readonly workers: number;
  /** Absolute; `undefined` means that batches are kept in memory only. */
  readonly journalDir: string | undefined;
  /** Absolute. */
  readonly dataDir: string;
  /** Absolute; `undefined` means the default file in `dataDir`. */
  readonly sqlitePath: string | undefined;
  /** Absolute; `undefined` means no log file. */
  readonly logDir: string | undefined;
  /** Whether a simulated provider and sample data are wanted. */
  readonly isDemo: boolean;
};

export type LoadedSettings =
  | {
      readonly settings: Settings;
      /** What is legal but will surprise: for the log, at start. */
      readonly warnings: readonly string[];
    }
  | { readonly problems: readonly string[] };

/**
 * Reads all settings at once. A wrong environment is answered with every problem, each naming its variable and what was
 * expected, never its value.
 */
export function loadSettings(environment: Environment, commandLine: CommandLine): LoadedSettings {
  const values: Record<string, unknown> = {};
  const problems: string[] = [...commandLine.problems];
  const warnings: string[] = [];
  const wrong = new Set<string>();

  for (const [name, definition] of listSettings()) {
    const text = readVariable(environment, definition);
    if (text === undefined) {
      values[name] = definition.default;
      continue;
    }
    if (definition.hasNoEffect)
      warnings.push(`${definition.variable} has no effect. ${definition.text}`);
    const parsed = definition.format.schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else {
      wrong.add(definition.variable);
      problems.push(`${definition.variable}: expected ${definition.format.expected}`);
    }
  }

  const schemaSettings = values as SchemaSettings;
  problems.push(...findContradictions(schemaSettings, wrong));
  if (problems.length > 0) return { problems };
  return {
    settings: completeSettings(schemaSettings, environment, commandLine),
    warnings: [
      ...warnings,
      ...findSurprises(schemaSettings),
      ...findMisspelt(environment, listVariables()),
    ],
  };
}

/** The settings of all sections with the name each has in {@link Settings}. */
export function listSettings(): [string, SettingDefinition<unknown>][] {
  return Object.values(settingsSchema).flatMap((section) =>
    Object.entries<SettingDefinition<unknown>>(section),
  );
}

function listVariables(): Set<string> {
  return new Set(listSettings().flatMap(([, { variable, aliases }]) => [variable, ...aliases]));
}

/** An empty variable is an unset one. */
function readVariable(
  environment: Environment,
  { variable, aliases }: SettingDefinition<unknown>,
): string | undefined {
  for (const name of [variable, ...aliases]) {
    const text = environment[name]?.trim();
    if (text !== undefined && text !== '') return text;
  }
  return undefined;
}

/** @param wrong variables that are set, but to nothing that can be used: they are not missing */
function findContradictions(settings: SchemaSettings, wrong: ReadonlySet<string>): string[] {
  const { nodeType, redisUrl, redisMasterName, workers, encryptionKey, sessionSecret } = settings;
  const problems: string[] = [];
  if (wrong.has('REDIS_CONN_STRING')) return [];
  if (redisUrl === undefined) {
    if (nodeType === 'slave')
      problems.push(
        'NODE_TYPE: a slave needs REDIS_CONN_STRING; unset NODE_TYPE to run standalone',
      );
    if (redisMasterName !== undefined)
      problems.push('REDIS_MASTER_NAME: needs the addresses of the sentinels in REDIS_CONN_STRING');
    if (workers === 'auto' || workers > 1)
      problems.push(
        'WORKERS: more than one process needs REDIS_CONN_STRING, because they share budgets and bills; set it, or WORKERS=1',
      );
    return problems;
  }
  const hasNoKey = encryptionKey === undefined && sessionSecret === undefined;
  if (hasNoKey && !wrong.has('ENCRYPTION_KEY'))
    problems.push(
      'ENCRYPTION_KEY: nodes of a cluster need the same key; set ENCRYPTION_KEY (or at least SESSION_SECRET) to the same value on all of them',
    );
  if (settings.holdLifeMs < 3 * settings.nodeHeartbeatMs)
    problems.push(
      'HOLD_LIFE: has to be three times NODE_HEARTBEAT or longer; reservations of requests in flight would expire before they are renewed',
    );
  if (settings.nodeTimeoutMs < 3 * settings.nodeHeartbeatMs)
    problems.push(
      'NODE_TIMEOUT: has to be three times NODE_HEARTBEAT or longer; nodes that live would count as gone',
    );
  return problems;
}

function findSurprises(settings: SchemaSettings): string[] {
  const { nodeType, redisUrl, frontendBaseUrl, sessionSecret, sqliteSynchronous } = settings;
  const surprises: string[] = [];
  const isCluster = redisUrl !== undefined;
  if (frontendBaseUrl !== undefined && nodeType !== 'slave')
    surprises.push('FRONTEND_BASE_URL is ignored: only slaves redirect console paths.');
  if (sessionSecret !== undefined && sessionSecret.length < 16)
    surprises.push('SESSION_SECRET is short: use 16 random characters or more.');
  if (sqliteSynchronous !== 'full')
    surprises.push('SQLITE_SYNCHRONOUS is not full: a power cut can lose charges.');
  if (isCluster && settings.encryptionKey === undefined)
    surprises.push(
      'ENCRYPTION_KEY is unset: secrets are encrypted under SESSION_SECRET, which then cannot be changed.',
    );
  if (isCluster && nodeType !== 'slave' && settings.sqlDsn === undefined)
    surprises.push(
      'SQL_DSN is unset: the cluster keeps its books in SQLite, which allows one master only.',
    );
  return surprises;
}

function completeSettings(
  { nodeType, isDebug, workers, journalDir, ...values }: SchemaSettings,
  environment: Environment,
  { port, logDir, isDemo }: CommandLine,
): Settings {
  const hasPort = readVariable(environment, settingsSchema.Listening.port) !== undefined;
  const { dataDir, sqlitePath } = values;
  return Object.freeze({
    ...values,
    role:
      values.redisUrl === undefined ? ('standalone' as const) : (nodeType ?? ('master' as const)),
    workers: workers === 'auto' ? availableParallelism() : workers,
    journalDir: journalDir === 'off' ? undefined : resolve(journalDir ?? join(dataDir, 'journal')),
    port: hasPort ? values.port : (port ?? values.port),
    logLevel: isDebug ? ('debug' as const) : values.logLevel,
    dataDir: resolve(dataDir),
    sqlitePath: sqlitePath === undefined ? undefined : resolve(sqlitePath),
    logDir: logDir === '' ? undefined : resolve(logDir ?? join('.', 'logs')),
    isDemo,
  });
}

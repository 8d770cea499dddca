/** Where a database is, and how to talk to it. */
export type DatabaseAddress =
  | { kind: 'sqlite'; path: string }
  | { kind: 'postgres'; connection: PostgresConnection }
  | { kind: 'mysql'; connection: MysqlConnection };

/** How TLS is used: as libpq's `sslmode` means it. `prefer` tries it and goes on without. */
export type TlsMode = 'off' | 'prefer' | 'require' | 'verify';

export interface PostgresConnection {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  tls: TlsMode;
}

export interface MysqlConnection {
  /** A socket file instead of host and port. */
  socketPath?: string;
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  tls: TlsMode;
}

/**
 * Understands One API's forms: `user:password@tcp(host:port)/database?params`, `postgres://…`, and also
 * `postgresql://…` and `mysql://…`. An empty text is the SQLite file.
 *
 * @param variable named in the error, which never shows the text itself: it holds a password
 */
export function parseDsn(variable: string, dsn: string, sqlitePath: string): DatabaseAddress {
  const text = dsn.trim();
  if (text === '') return { kind: 'sqlite', path: sqlitePath };
  if (/^postgres(ql)?:\/\//i.test(text)) {
    return { kind: 'postgres', connection: parsePostgresUrl(variable, text) };
  }
  if (/^mysql:\/\//i.test(text)) {
    return { kind: 'mysql', connection: parseMysqlUrl(variable, text) };
  }
  return { kind: 'mysql', connection: parseGoDsn(variable, text) };
}

/** The address without its password, for messages. */
export function describeAddress(address: DatabaseAddress): string {
  if (address.kind === 'sqlite') return `sqlite file ${address.path}`;
  const { host, port, database } = address.connection;
  return `${address.kind} database ${database} at ${host}:${port}`;
}

function parsePostgresUrl(variable: string, text: string): PostgresConnection {
  const url = parseUrl(variable, text);
  const query = url.searchParams;
  return {
    host: query.get('host') ?? bareHost(url),
    port: Number(query.get('port') ?? (url.port || '5432')),
    user: decodeURIComponent(url.username) || (query.get('user') ?? 'postgres'),
    password: decodeURIComponent(url.password) || (query.get('password') ?? ''),
    database: databaseOf(variable, url),
    tls: postgresTls(query.get('sslmode')),
  };
}

function parseMysqlUrl(variable: string, text: string): MysqlConnection {
  const url = parseUrl(variable, text);
  return {
    host: bareHost(url),
    port: Number(url.port || '3306'),
    user: decodeURIComponent(url.username) || 'root',
    password: decodeURIComponent(url.password),
    database: databaseOf(variable, url),
    tls: mysqlTls(url.searchParams.get('tls') ?? url.searchParams.get('ssl-mode')),
  };
}

/** go-sql-driver's form. User and password are verbatim and may hold any character: the last `/` and `@` count. */
function parseGoDsn(variable: string, text: string): MysqlConnection {
  const question = text.indexOf('?', text.lastIndexOf('/'));
  const head = question === -1 ? text : text.slice(0, question);
  const slash = head.lastIndexOf('/');
  const at = head.lastIndexOf('@', slash);
  const place = /^(?:([a-z0-9]+)(?:\(([^)]*)\))?)?$/i.exec(head.slice(at + 1, slash));
  const database = head.slice(slash + 1);
  if (slash === -1 || place === null || database === '') {
    throw new Error(
      `${variable} must look like postgres://…, mysql://… or <user>:<password>@tcp(<host>:3306)/<database>; leave it empty for SQLite.`,
    );
  }
  const credentials = at === -1 ? '' : head.slice(0, at);
  const colon = credentials.indexOf(':');
  const query = new URLSearchParams(question === -1 ? '' : text.slice(question + 1));
  const where = place[2] ?? '';
  return {
    ...(place[1] === 'unix' && { socketPath: where || '/var/run/mysqld/mysqld.sock' }),
    ...splitHostPort(place[1] === 'unix' ? '' : where),
    user: colon === -1 ? credentials : credentials.slice(0, colon),
    password: colon === -1 ? '' : credentials.slice(colon + 1),
    database: decodeURIComponent(database),
    tls: mysqlTls(query.get('tls')),
  };
}

function splitHostPort(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '';
  return {
    host: host === '' ? '127.0.0.1' : host,
    port: Number(match?.[3] ?? 3306),
  };
}

function parseUrl(variable: string, text: string): URL {
  try {
    // Without a host (a socket folder is in the query) the text is fine for libpq, but no URL.
    return new URL(text.replace(/@(?=\/)/, '@127.0.0.1'));
  } catch {
    // The cause would show the text, and with it the password.
    throw new Error(
      `${variable} is not a valid URL. Characters like @ : / # ? in the password must be percent-encoded.`,
    );
  }
}

function bareHost(url: URL): string {
  return decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '') || '127.0.0.1';
}

function databaseOf(variable: string, url: URL): string {
  const name = decodeURIComponent(url.pathname.slice(1));
  if (name === '') throw new Error(`${variable} names no database: add /name after the host.`);
  return name;
}

function postgresTls(mode: string | null): TlsMode {
  if (mode === 'disable') return 'off';
  if (mode === 'require') return 'require';
  if (mode === 'verify-ca' || mode === 'verify-full') return 'verify';
  return 'prefer';
}

function mysqlTls(mode: string | null): TlsMode {
  switch (mode?.toLowerCase()) {
    case 'true':
    case 'verify_ca':
    case 'verify_identity':
      return 'verify';
    case 'skip-verify':
    case 'required':
      return 'require';
    case 'preferred':
      return 'prefer';
    default:
      return 'off';
  }
}

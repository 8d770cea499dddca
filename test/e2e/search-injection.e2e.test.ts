import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(180_000);

interface Operation {
  deprecated?: boolean;
  security: object[];
  parameters?: { name: string; in: string; schema: { type?: string } }[];
}

/** Nobody's name begins so: what finds a row with one of these was not taken as text. */
const payloads = [
  "' OR '1'='1",
  '") OR 1=1 --',
  "\\' OR 1=1 -- ",
  "1'; DROP TABLE users; --",
  '1) UNION SELECT password FROM users --',
  '%',
  '_',
  '!',
  '\\',
  '😀',
  '\ud800',
  '\0',
  '-1',
  '1e9',
  '99999999999999999999',
  'a'.repeat(5000),
];

const signIn = /^\/api\/(oauth\/|verification$|reset_password$)/;

describe.each(['sqlite', 'postgres', 'mysql'] as const)('searches on %s', (kind) => {
  let database: TestDatabase;
  let world: World;
  beforeAll(async () => {
    database = await createTestDatabase(kind);
    const env = { SQL_DSN: database.dsn, GLOBAL_API_RATE_LIMIT: '0' };
    world = await startWorld({ env });
    await world.admin.createUser({ username: 'alice' });
  });
  afterAll(async () => {
    await world.stop();
    await database.drop();
  });

  async function get(path: string, query: Record<string, string> = {}) {
    const answer = await fetch(
      `${world.gateway.url}${path}?${new URLSearchParams(query).toString()}`,
      { headers: { authorization: world.admin.accessToken } },
    );
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
    const body = isJson ? await answer.json() : { rows: await answer.text() };
    return { status: answer.status, body: body as Record<string, unknown> };
  }

  /** Every query parameter of every GET that changes nothing; logins count guesses, and have tests of their own. */
  async function listFields(): Promise<{ path: string; name: string; type: string }[]> {
    const { body } = await get('/api/openapi.json');
    const paths = body['paths'] as Record<string, { get?: Operation }>;
    return Object.entries(paths).flatMap(([template, { get: operation }]) => {
      if (operation === undefined || operation.deprecated === true) return [];
      if (signIn.test(template)) return [];
      if (operation.security.some((scheme) => 'apiToken' in scheme)) return [];
      return (operation.parameters ?? [])
        .filter((parameter) => parameter.in === 'query')
        .map(({ name, schema }) => ({
          path: template.replace(/\{\w+\}/g, '1'),
          name,
          type: schema.type ?? '',
        }));
    });
  }

  async function expectTaken(path: string, name: string, type: string, payload: string) {
    const { status, body } = await get(path, { [name]: payload });
    const said = [path, name, payload.slice(0, 40), status, body['code'] ?? 'fine'];
    expect(said).toEqual([
      ...[path, name, payload.slice(0, 40), 200],
      expect.stringMatching(/^(fine|invalid_parameter|invalid_api_key)$/),
    ]);
    const isText = type === 'string' && !['sort', 'direction', 'order'].includes(name);
    if (isText && body['success'] === true && Array.isArray(body['data']))
      expect([...said, body['data'].length]).toEqual([...said, 0]);
  }

  it('take what is typed as text, in every field', async () => {
    const fields = await listFields();
    expect(fields.length).toBeGreaterThan(30);
    const before = await get('/api/user/', { page_size: '100' });

    for (const { path, name, type } of fields) {
      const asks = payloads.map((payload) => () => expectTaken(path, name, type, payload));
      // Few exports may run at once.
      if (path.endsWith('/export')) for (const ask of asks) await ask();
      else await Promise.all(asks.map((ask) => ask()));
    }

    const after = await get('/api/user/', { page_size: '100' });
    expect(after.body).toEqual(before.body);
  });

  it('take bad ids in a path for what they are', async () => {
    for (const path of ['/api/user/', '/api/token/', '/api/channel/', '/api/channel/test/'])
      for (const payload of ["1'--", '1 OR 1=1', '1;', '0', '-1', '1.0', '99999999999999999999']) {
        const { status, body } = await get(path + encodeURIComponent(payload));
        expect([path, payload, status, body['success']]).toEqual([path, payload, 200, false]);
        expect(body['code']).toMatch(/^(invalid_parameter|not_found)$/);
      }
  });
});

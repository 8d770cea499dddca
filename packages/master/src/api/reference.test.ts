import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { managementErrors } from '@turnpike/core';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

const reference = readFileSync(
  new URL('../../../../docs/reference/management-api.md', import.meta.url),
  'utf8',
);
const routes = [...reference.matchAll(/^\| `(GET|POST|PUT|DELETE) (\/api[^`]*)`/gm)].map(
  ([, method = '', path = '']) => ({ method, path }),
);

describe('the reference of the management API', () => {
  let test: TestMaster;
  beforeAll(async () => {
    test = await openMaster({ globalApiRateLimit: 0 });
  });

  it('knows many routes', () => {
    expect(routes.length).toBeGreaterThan(45);
  });

  it.each(routes)('tells of $method $path, which exists', async ({ method, path }) => {
    const caller = test.as('root');
    const send = caller[method.toLowerCase() as 'get' | 'post' | 'put' | 'delete'];

    expect((await send(path.replace(':id', '99999'))).status).not.toBe(404);
  });

  it('lists every code', () => {
    const listed = [...reference.matchAll(/^\| `([a-z_]+)` +\| (\d+) /gm)].map(([, code]) => code);
    const codes = Object.values(managementErrors).map(({ definition }) => definition.code);

    expect(listed.sort()).toEqual([...new Set(codes)].sort());
  });
});

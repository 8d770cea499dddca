import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hashKey, type ApiTokenRepository } from '@turnpike/core';
import { createAccounts, makeNewApiToken } from '../testing/make-accounts.ts';
import { testNow, type TestStore } from '../testing/open-test-store.ts';

export function describeApiTokenRepository(name: string, open: () => Promise<TestStore>): void {
  describe(`ApiTokenRepository (${name})`, () => {
    let test: TestStore;
    let apiTokens: ApiTokenRepository;

    beforeAll(async () => {
      test = await open();
      apiTokens = test.store.apiTokens;
    });
    afterAll(() => test.close());

    it('gives the key back to its owner, and to nobody else', async () => {
      const { user } = await createAccounts(test.store);
      const input = makeNewApiToken({ userId: user.id, models: 'a,b', subnet: '10.0.0.0/8' });

      const created = await apiTokens.create(input);

      expect(created).toMatchObject({ ...input, status: 1, createdTime: testNow / 1000 });
      expect(await apiTokens.find(created.id, user.id)).toEqual(created);
      expect(await apiTokens.find(created.id, user.id + 1)).toBeUndefined();
    });

    it('keeps no key in the clear', async () => {
      const { user, apiToken } = await createAccounts(test.store);

      const [row] = (await test.database.knex('tokens').where({ id: apiToken.id })) as {
        key: string;
        key_hash: string;
      }[];

      expect(JSON.stringify(row)).not.toContain(apiToken.key);
      expect(row!.key).toBe(hashKey(apiToken.key).slice(0, 48));
      expect(row!.key_hash).toBe(hashKey(apiToken.key));
      expect((await apiTokens.find(apiToken.id, user.id))?.key).toBe(apiToken.key);
    });

    it('edits the named columns of the own token', async () => {
      const { user, apiToken } = await createAccounts(test.store);

      const changed = await apiTokens.update(apiToken.id, user.id, { status: 2, subnet: null });

      expect(changed).toEqual({ ...apiToken, status: 2, subnet: null });
      expect(await apiTokens.update(apiToken.id, user.id + 1, { status: 1 })).toBeUndefined();
      expect((await apiTokens.find(apiToken.id, user.id))?.status).toBe(2);
    });

    it('keeps what a translation may lose until it is taken back', async () => {
      const { user, apiToken } = await createAccounts(test.store);
      const change = async (lossPolicy: 'paranoid' | null) =>
        (await apiTokens.update(apiToken.id, user.id, { lossPolicy }))?.lossPolicy;
      expect(apiToken.lossPolicy).toBeUndefined();
      expect(await change('paranoid')).toBe('paranoid');
      expect((await apiTokens.find(apiToken.id, user.id))?.lossPolicy).toBe('paranoid');
      expect(await change(null)).toBeUndefined();
    });

    it('never gives the id of a removed token to another one', async () => {
      const { user, apiToken } = await createAccounts(test.store);

      expect(await apiTokens.remove(apiToken.id, user.id + 1)).toBe(false);
      expect(await apiTokens.remove(apiToken.id, user.id)).toBe(true);

      const next = await apiTokens.create(makeNewApiToken({ userId: user.id }));
      expect(next.id).toBeGreaterThan(apiToken.id);
    });

    it('lists unlimited tokens first by what remains, and by name prefix', async () => {
      const { user, apiToken } = await createAccounts(test.store);
      const poor = makeNewApiToken({ userId: user.id, remainQuota: 1, name: 'poor' });
      const { id: poorId } = await apiTokens.create(poor);
      const unlimited = makeNewApiToken({ userId: user.id, unlimitedQuota: true, remainQuota: -1 });
      const { id: unlimitedId } = await apiTokens.create(unlimited);
      const query = { userId: user.id, offset: 0, limit: 10 };
      const idsOf = (tokens: readonly { id: number }[]) => tokens.map(({ id }) => id);

      expect(idsOf(await apiTokens.list(query))).toEqual([unlimitedId, poorId, apiToken.id]);
      expect(idsOf(await apiTokens.list({ ...query, order: 'remain_quota' }))).toEqual([
        unlimitedId,
        apiToken.id,
        poorId,
      ]);
      expect(idsOf(await apiTokens.list({ ...query, keyword: 'po' }))).toEqual([poorId]);
      expect(idsOf(await apiTokens.list({ ...query, offset: 1, limit: 1 }))).toEqual([poorId]);
    });
  });

  describe(`TokenSource (${name})`, () => {
    let test: TestStore;
    beforeAll(async () => {
      test = await open();
    });
    afterAll(() => test.close());

    it('finds a token with its owner by the hash of the key', async () => {
      const { user, apiToken } = await createAccounts(test.store, {
        apiToken: {
          models: ' gpt-4o, ,o1 ',
          subnet: ' 10.0.0.0/8 ,::1/128',
          limits: { requestsPerMinute: 60 },
          lossPolicy: 'strict',
        },
      });

      const record = await test.store.tokenSource.findTokenRecord(
        hashKey(apiToken.key),
        apiToken.key,
      );

      expect(record).toEqual({
        apiTokenId: apiToken.id,
        apiTokenName: 'default',
        status: 1,
        expiredTime: -1,
        unlimitedQuota: false,
        models: new Set(['gpt-4o', 'o1']),
        subnets: ['10.0.0.0/8', '::1/128'],
        userId: user.id,
        username: user.username,
        userStatus: 1,
        userRole: 1,
        apiTokenRecordVersion: 2,
        userRecordVersion: 1,
        apiTokenLimits: { requestsPerMinute: 60 },
        lossPolicy: 'strict',
        group: 'default',
      });
    });

    it('finds nothing for other keys, nor for what is stored of one', async () => {
      const { apiToken } = await createAccounts(test.store);
      const stored = hashKey(apiToken.key).slice(0, 48);
      for (const key of ['', 'nobody', stored, apiToken.key.toUpperCase()]) {
        expect(await test.store.tokenSource.findTokenRecord(hashKey(key), key)).toBeUndefined();
      }
    });

    it('finds a token that a One API inserted, and remembers its hash', async () => {
      const { user } = await createAccounts(test.store);
      const key = 'AbCd'.repeat(12);
      await test.database.knex('tokens').insert({ id: 5000, user_id: user.id, key, status: 1 });

      const { tokenSource } = test.store;
      const wrongCase = key.toLowerCase();
      expect(await tokenSource.findTokenRecord(hashKey(wrongCase), wrongCase)).toBeUndefined();
      expect((await tokenSource.findTokenRecord(hashKey(key), key))?.apiTokenId).toBe(5000);

      const [row] = (await test.database.knex('tokens').where({ id: 5000 })) as {
        key_hash: string;
      }[];
      expect(row!.key_hash).toBe(hashKey(key));
    });
  });
}

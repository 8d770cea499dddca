import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { logIn, type AdminClient } from '../../support/admin-client.mjs';
import { answerScene, askForBill, setUpBills } from '../../support/bills/ask-for-bill.ts';
import { billScenes } from '../../support/bills/bill-scenes.ts';
import { times } from '../../support/cluster/cluster-times.ts';
import { startScriptedUpstream, type ScriptedUpstream } from '../../support/scripted-upstream.ts';
import { startCluster, type StartedCluster } from '../../support/start-cluster.mjs';

jest.setTimeout(times.test);

let cluster: StartedCluster;
let upstream: ScriptedUpstream;
let admin: AdminClient;
beforeAll(async () => {
  [cluster, upstream] = await Promise.all([startCluster({ slaves: 1 }), startScriptedUpstream()]);
  upstream.answer(answerScene);
  admin = await logIn(cluster.masters[0]!.url);
  await setUpBills(admin, upstream.url);
});
afterAll(async () => {
  await cluster.stop();
  await upstream.close();
});

it('what a relay without a database counts arrives in the books bucket by bucket', async () => {
  const { key } = await admin.createToken();
  const gateway = { url: cluster.slaves[0]!.url, key, admin };
  const before = await admin.getSelf();
  let sum = 0;
  for (const scene of billScenes) {
    for (const isStream of [false, true]) {
      const [door] = scene.doors;
      expect([scene.title, await askForBill(gateway, scene, door!, isStream)]).toEqual([
        scene.title,
        scene.quota,
      ]);
      sum += scene.quota;
    }
  }
  expect((await admin.getSelf()).used_quota - before.used_quota).toBe(sum);
});

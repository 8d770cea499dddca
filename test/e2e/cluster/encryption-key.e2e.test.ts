import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { logIn } from '../../support/admin-client.mjs';
import { clusterTimes, times } from '../../support/cluster/cluster-times.ts';
import { startScriptedUpstream, type ScriptedUpstream } from '../../support/scripted-upstream.ts';
import { beginConversations, goOn, openedKeys, prepareSeals } from '../../support/seal-scene.ts';
import { startCluster, type StartedCluster } from '../../support/start-cluster.mjs';
import { waitFor } from '../../support/wait-for.ts';

jest.setTimeout(times.test);

const before = 'the key of the days before';
const both = { ENCRYPTION_KEY: 'the key of today and after', OLDER_ENCRYPTION_KEYS: before };
const whole = { keys: openedKeys, hasCarried: true, hasRemembered: true };

let cluster: StartedCluster;
let upstream: ScriptedUpstream;
beforeAll(async () => {
  [cluster, upstream] = await Promise.all([
    startCluster({ slaves: 1, env: { ...clusterTimes, ENCRYPTION_KEY: before } }),
    startScriptedUpstream(),
  ]);
});
afterAll(async () => {
  await cluster.stop();
  await upstream.close();
});

describe('a cluster whose encryption key is changed node by node', () => {
  it('loses nothing that was sealed: keys, and state that clients carry or Redis remembers', async () => {
    const [oldMaster, oldSlave] = [cluster.masters[0]!, cluster.slaves[0]!];
    const admin = await logIn(oldMaster.url);
    await prepareSeals(admin, upstream);
    const token = await admin.createToken();
    const scene = await beginConversations(oldSlave.url, token);
    expect(await goOn(oldSlave.url, scene, upstream)).toEqual(whole);

    // Slaves first.
    const slave = await cluster.addSlave(both);
    await oldSlave.kill('SIGTERM');
    expect(await goOn(slave.url, scene, upstream)).toEqual(whole);
    const master = await cluster.addMaster(both);
    await oldMaster.kill('SIGTERM');
    expect(await goOn(master.url, scene, upstream)).toEqual(whole);

    // What is sealed from now on is the new key's.
    const newer = await logIn(master.url);
    const [channel] = (await newer.call('GET', '/api/channel/?p=0')) as { id: number }[];
    await newer.updateChannel(channel!.id, { name: 'renamed' });
    const next = await beginConversations(slave.url, await newer.createToken());
    await waitFor(
      'both conversations at both nodes',
      async () => {
        const seen = [
          await goOn(slave.url, next, upstream),
          await goOn(master.url, next, upstream),
        ];
        return seen.every((one) => one.hasCarried && one.hasRemembered);
      },
      times.patience,
    );
    expect(await goOn(slave.url, scene, upstream)).toEqual(whole);
  });
});

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { answerScene, askForBill, setUpBills } from '../support/bills/ask-for-bill.ts';
import { billScenes } from '../support/bills/bill-scenes.ts';
import { startScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.ts';
import { startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(60_000);

let world: World;
let upstream: ScriptedUpstream;
beforeAll(async () => {
  [world, upstream] = await Promise.all([startWorld(), startScriptedUpstream()]);
  upstream.answer(answerScene);
  await setUpBills(world.admin, upstream.url);
});
afterAll(async () => {
  await world.stop();
  await upstream.close();
});

describe.each(billScenes)('$title', (scene) => {
  it.each(scene.doors.flatMap((door) => [false, true].map((isStream) => ({ door, isStream }))))(
    'costs the same at the $door door (stream: $isStream)',
    async ({ door, isStream }) => {
      const before = await world.admin.getSelf();
      const gateway = { url: world.gateway.url, key: world.token.key, admin: world.admin };
      expect(await askForBill(gateway, scene, door, isStream)).toBe(scene.quota);
      const after = await world.admin.getSelf();
      expect(after.used_quota - before.used_quota).toBe(scene.quota);
    },
  );
});

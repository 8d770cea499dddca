import type { SimulatedRequest } from '../../../packages/server/src/demo/simulator-record.ts';
import { waitFor } from '../wait-for.ts';
import { times } from './cluster-times.ts';
import type { Scene } from './scene.ts';

/** Resolves when so many requests of the scene have arrived upstream and been read. */
export async function untilUpstream(scene: Scene, count: number): Promise<SimulatedRequest[]> {
  return waitFor(
    `${count} requests to be upstream`,
    async () => {
      const served = await scene.world.simulator.served(scene.since);
      const arrived = served.filter(({ promptTokens }) => promptTokens > 0);
      return arrived.length >= count && arrived;
    },
    times.patience,
  );
}

/** Resolves when the upstream has written its answer to every request of the scene. */
export async function untilAnswered(scene: Scene): Promise<SimulatedRequest[]> {
  return waitFor(
    'the upstream to have answered',
    async () => {
      const served = await scene.world.simulator.served(scene.since);
      return served.every(({ end }) => end !== 'running') && served;
    },
    times.patience,
  );
}

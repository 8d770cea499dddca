import { fileURLToPath } from 'node:url';
import type { SimulatedRequest } from '../../../packages/server/src/demo/simulator-record.ts';
import { startScript } from '../../load/processes.mjs';

const script = fileURLToPath(new URL('../run-simulator.mjs', import.meta.url));

/** The simulated provider as a process of its own: what happens to the cluster does not happen to it. */
export interface Simulator {
  url: string;
  /** How many requests it has seen. */
  count(): Promise<number>;
  /** What it served after the first `after` requests. */
  served(after: number): Promise<SimulatedRequest[]>;
  stop(): Promise<void>;
}

export async function startSimulator(): Promise<Simulator> {
  const { url, stop } = await startScript(script, ['--max-records', '100000']);
  const read = async (query: string): Promise<{ count: number; requests: SimulatedRequest[] }> => {
    const response = await fetch(`${url}/_sim/requests?${query}`);
    return (await response.json()) as { count: number; requests: SimulatedRequest[] };
  };
  return {
    url,
    stop,
    count: async () => (await read('limit=1')).count,
    async served(after) {
      const served: SimulatedRequest[] = [];
      for (;;) {
        const last = served.at(-1)?.sequence ?? after;
        const { requests } = await read(`after=${last}&limit=5000`);
        if (requests.length === 0) return served;
        served.push(...requests);
      }
    },
  };
}

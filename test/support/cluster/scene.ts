import { runTraffic, type Sight, type TrafficOptions } from '../../load/traffic.mjs';
import type { Gateway } from '../start-gateway.mjs';
import { waitFor } from '../wait-for.ts';
import { times } from './cluster-times.ts';
import type { ClusterWorld } from './cluster-world.ts';
import { judge, type CaseAccount, type CaseEvidence } from './judge.ts';
import { settleDown } from './settle-down.ts';

/** Traffic that runs until it is ended. */
export interface RunningTraffic {
  /** What clients saw so far. */
  sights: readonly Sight[];
  /** Resolves when this many more answers were seen complete. */
  more(count: number): Promise<void>;
  /** No new requests; resolves when the last answer was seen. */
  end(): Promise<void>;
}

export interface SceneOptions {
  /** Instead of two of the usual kinds. */
  accounts?: CaseAccount[];
  /** Gives the users little, so that budgets run out. Default: rich accounts, one of them with a limited token. */
  isPoor?: boolean;
}

/** One case in a world: accounts of its own, everything that their clients saw, and the verdict. */
export interface Scene {
  world: ClusterWorld;
  accounts: CaseAccount[];
  sights: Sight[];
  /** Requests that the simulator had seen before. */
  since: number;
  /** Requests to these nodes (all slaves), to the end. */
  send(count: number, options?: SendOptions): Promise<Sight[]>;
  startTraffic(options?: SendOptions): RunningTraffic;
  /** @param rules `since` where another moment counts */
  /** @throws how many clients were not served to the end, with what, and what the nodes printed */
  expectAllComplete(): void;
  expectExactBill(
    rules?: Omit<CaseEvidence, 'accounts' | 'sights' | 'since'> & { since?: number },
  ): Promise<void>;
}

export type SendOptions = Partial<Omit<TrafficOptions, 'url' | 'keys' | 'count'>> & {
  nodes?: readonly Gateway[];
  accounts?: readonly CaseAccount[];
};

const plentiful = 1_000_000_000;
const little = 30_000;

export async function openScene(
  world: ClusterWorld,
  { isPoor = false, accounts: given }: SceneOptions = {},
): Promise<Scene> {
  const accounts = given ?? [
    await createAccount(world, {
      quota: plentiful,
      token: { unlimited_quota: false, remain_quota: isPoor ? little : plentiful },
    }),
    await createAccount(world, { quota: isPoor ? little : plentiful }),
  ];
  const since = await world.simulator.count();
  const sights: Sight[] = [];
  let isOver = false;
  world.onMend(() => {
    isOver = true;
  });

  const run = async (count: number, options: SendOptions = {}): Promise<Sight[]> => {
    const { nodes = world.slaves, accounts: callers = accounts, ...rest } = options;
    let turn = 0;
    return runTraffic({
      connections: Math.min(count, 12),
      isCalm: true,
      seed: since + 1,
      ...rest,
      isOver: () => isOver || rest.isOver?.() === true,
      count,
      keys: callers.map(({ key }) => key),
      url: () => nodes[(turn += 1) % nodes.length]!.url,
      onSight: (sight) => {
        sights.push(sight);
        rest.onSight?.(sight);
      },
    });
  };

  return {
    world,
    accounts,
    sights,
    since,
    send: run,
    startTraffic(options = {}) {
      let isEnded = false;
      const start = sights.length;
      const finished = run(Infinity, { pauseMs: 40, ...options, isOver: () => isEnded });
      const countComplete = (): number =>
        sights.slice(start).filter(({ outcome }) => outcome === 'complete').length;
      return {
        sights,
        async more(count) {
          const aim = countComplete() + count;
          await waitFor(
            `${count} more answers`,
            () => countComplete() >= aim,
            times.patience,
          ).catch((error: unknown) => {
            throw new Error(`${String(error)}\n${summarize(sights)}\n${world.logs()}`);
          });
        },
        async end() {
          isEnded = true;
          await finished;
        },
      };
    },
    expectAllComplete() {
      const others = sights.filter(({ outcome }) => outcome !== 'complete');
      if (others.length > 0)
        throw new Error(`clients were not served:\n${summarize(others)}\n${world.logs()}`);
    },
    async expectExactBill(rules = {}) {
      await settleDown(world, accounts, since);
      const problems = await judge(world, { accounts, sights, since, ...rules });
      if (problems.length > 0)
        throw new Error(
          `the bill is not exact:\n${problems.slice(0, 20).join('\n')}\n${summarize(sights)}\n${world.logs()}`,
        );
    },
  };
}

export async function createAccount(
  world: ClusterWorld,
  { quota, token = {} }: { quota: number; token?: Record<string, unknown> },
): Promise<CaseAccount> {
  const user = await world.admin.createUser({ username: world.newName('user'), quota });
  const tokenName = world.newName('token');
  const created = await user.createToken({ name: tokenName, ...token });
  return {
    owner: user,
    userId: user.user.id,
    apiTokenId: created.id,
    tokenName,
    key: created.key,
    startQuota: quota,
  };
}

/** How many clients saw what. */
export function summarize(sights: readonly Sight[]): string {
  const counts = new Map<string, number>();
  for (const { plan, outcome, status, code = '' } of sights) {
    const what = `${plan}: ${outcome}${outcome === 'refused' ? ` ${status} ${code}` : ''}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => `  ${count}  ${what}`).join('\n');
}

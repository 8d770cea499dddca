import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startGateway } from '../support/start-gateway.mjs';
import { waitFor } from '../support/wait-for.ts';

interface Thread {
  niceness: number;
  /** Processor time so far, milliseconds. */
  ran: number;
}

/** All threads of a process, its first one first. */
function threadsOf(pid: number): Thread[] {
  const tasks = `/proc/${String(pid)}/task/`;
  return readdirSync(tasks).map((thread) => {
    const stat = readFileSync(`${tasks}${thread}/stat`, 'utf8');
    // The name is in parentheses and may hold spaces; the niceness is field 19.
    const niceness = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
    const [ran] = readFileSync(`${tasks}${thread}/schedstat`, 'utf8').split(' ');
    return { niceness, ran: Number(ran) / 1e6 };
  });
}

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('the threads that collect garbage', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  afterEach(() => gateway.stop());
  const niced = (): Thread[] => threadsOf(gateway.pid).filter(({ niceness }) => niceness === 10);

  it('leave a core that they share with requests to those', async () => {
    gateway = await startGateway({ command: ['taskset', '-c', '0'] });
    expect([4, 5]).toContain(niced().length);
    expect(threadsOf(gateway.pid)[0]?.niceness).toBe(0);
    await waitFor('a collection that they took part in', () => niced().some(({ ran }) => ran > 1));
  });

  const withCores = availableParallelism() > 1 ? it : it.skip;
  withCores('are as they were where there are more cores', async () => {
    gateway = await startGateway();
    expect(niced()).toEqual([]);
  });
});

import { expect } from '@jest/globals';
import type OpenAI from 'openai';
import { simulate } from '../../../support/chat-requests.ts';
import { model, type ClusterWorld } from '../../../support/cluster/cluster-world.ts';
import { openSdk } from '../../../support/start-world.ts';
import type { Gateway } from '../../../support/start-gateway.mjs';
import { waitFor } from '../../../support/wait-for.ts';

const slowly = simulate({ chunks: 2000, delay: 50 });

/** The same client at a node, and at another one. */
async function openClients(
  world: ClusterWorld,
): Promise<{ maker: Gateway; atMaker: OpenAI; elsewhere: OpenAI }> {
  const user = await world.admin.createUser({
    username: world.newName('later'),
    quota: 10_000_000,
  });
  const { key } = await user.createToken();
  const maker = world.slaves[0]!;
  return {
    maker,
    atMaker: openSdk(maker, key),
    elsewhere: openSdk(world.masters[0]!, key),
  };
}

/** Made on one node, asked for, watched and cancelled on another. */
export async function otherNodesKnowIt(world: ClusterWorld): Promise<void> {
  const { atMaker, elsewhere } = await openClients(world);
  const request = { model, input: 'Hi', background: true } as const;
  const quick = await atMaker.responses.create(request);
  await waitFor('the end elsewhere', async () => {
    const { status, usage } = await elsewhere.responses.retrieve(quick.id);
    return status === 'completed' && usage!.output_tokens > 0;
  });

  const slow = await atMaker.responses.create({ ...request, stream: true, ...slowly });
  let id = '';
  for await (const event of slow)
    if (event.type === 'response.created') {
      ({ id } = event.response);
      break;
    }
  expect(await elsewhere.responses.retrieve(id)).toMatchObject({ status: 'in_progress' });
  let next = 3;
  const watched = await elsewhere.responses.retrieve(id, {
    stream: true,
    starting_after: next - 1,
  });
  for await (const event of watched) {
    expect(event.sequence_number).toBe(next++);
    if (next !== 20) continue;
    expect(await elsewhere.responses.cancel(id)).toMatchObject({ status: 'cancelled' });
  }
  expect(next).toBeGreaterThanOrEqual(20);
  expect(await atMaker.responses.retrieve(id)).toMatchObject({ status: 'cancelled' });
}

/** Its node is killed: it failed, and is not in progress for ever. */
export async function itsNodeDies(world: ClusterWorld): Promise<void> {
  const { maker, atMaker, elsewhere } = await openClients(world);
  const request = { model, input: 'Hi', background: true, ...slowly };
  const { id } = await atMaker.responses.create(request);
  expect(await elsewhere.responses.retrieve(id)).toMatchObject({ status: 'in_progress' });
  await maker.kill('SIGKILL');
  const response = await waitFor(
    'the response to count as failed',
    async () => {
      const found = await elsewhere.responses.retrieve(id);
      return found.status === 'failed' && found;
    },
    20_000,
  );
  expect(response.error).toMatchObject({ code: 'server_error' });
  expect(await elsewhere.responses.cancel(id)).toMatchObject({ status: 'failed' });
  await maker.start();
  expect(await atMaker.responses.retrieve(id)).toMatchObject({ status: 'failed' });
}

/** Its node is asked to stop: it is made to its end first. */
export async function itsNodeStops(world: ClusterWorld): Promise<void> {
  const { maker, atMaker, elsewhere } = await openClients(world);
  const request = { model, input: 'Hi', background: true, ...simulate({ chunks: 30, delay: 50 }) };
  const { id } = await atMaker.responses.create(request);
  expect(await maker.kill('SIGTERM')).toMatchObject({ code: 0 });
  expect(await elsewhere.responses.retrieve(id)).toMatchObject({
    status: 'completed',
    usage: { output_tokens: 30 },
  });
  await maker.start();
}

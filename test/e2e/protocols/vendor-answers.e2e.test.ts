import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Family } from '@turnpike/core';
import type { VendorStream } from '../../../packages/adaptors/src/families/testing/vendor-stream.ts';
import {
  toWire,
  vendorStreams,
} from '../../../packages/adaptors/src/families/testing/vendor-streams.ts';
import { openClients, type Client } from '../../support/protocols/clients.ts';
import { sendInPieces } from '../../support/protocols/recorded/send-in-pieces.ts';
import { startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

/** A stream, and the model by which it is asked for. */
interface Case extends VendorStream {
  family: Family;
  model: string;
}

const channelTypes: Readonly<Record<Family, number>> = {
  'openai-chat': 50,
  'openai-responses': 1,
  anthropic: 14,
  gemini: 24,
};
const families = Object.keys(channelTypes) as Family[];
const cases: readonly Case[] = families.flatMap((family) =>
  vendorStreams[family].map((stream, at) => ({
    ...stream,
    family,
    model: `vendor-${family}-${at}`,
  })),
);
const question = { turns: [{ from: 'user' as const, text: 'Go on.' }] };

let world: World;
let upstream: Server;
let clients: readonly Client[];
beforeAll(async () => {
  upstream = createServer((request, response) => {
    void buffer(request).then(async (body) => {
      const said = `${request.url ?? ''} ${body.toString()}`;
      const model = /vendor-[a-z-]+-\d+/.exec(said)?.[0];
      const one = cases.find((candidate) => candidate.model === model)!;
      if (/"stream":true|:stream/.test(said)) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        await sendInPieces(response, toWire(one.family, one));
      } else {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(one.whole));
      }
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  world = await startWorld();
  await world.admin.setOption(
    'ModelRatio',
    Object.fromEntries(cases.map(({ model }) => [model, 1])),
  );
  for (const family of families)
    await world.admin.createChannel({
      name: family,
      type: channelTypes[family],
      baseUrl: `http://127.0.0.1:${String((upstream.address() as AddressInfo).port)}`,
      models: cases.filter((one) => one.family === family).map(({ model }) => model),
      config: JSON.stringify({ families: [family] }),
    });
  clients = openClients(world.gateway.url, world.token.key);
});
afterAll(async () => {
  await world.stop();
  upstream.closeAllConnections();
  upstream.close();
});

describe.each(families)('what vendors of %s may answer, for every official client', (family) => {
  const own = cases.filter((one) => one.family === family);

  it.each(own)('$name', async (one) => {
    for (const client of clients) {
      if (one.unreadBy?.includes(client.family) === true) continue;
      for (const isStream of one.whole === undefined ? [true] : [true, false]) {
        const asking = client.ask(one.model, question, isStream);
        if (one.says.fails !== undefined) await expect(asking).rejects.toThrow();
        else expectSaid(client, one, isStream, await asking);
      }
    }
  });
});

const isOpenAis = (one: Family): boolean => one.startsWith('openai');

function expectSaid(
  client: Client,
  { family, says }: Case,
  isStream: boolean,
  got: Awaited<ReturnType<Client['ask']>>,
): void {
  const where = `${client.family}, stream: ${String(isStream)}`;
  const { input, output } = got;
  // Where OpenAI's models refuse, its protocols have a place of its own for their words.
  const isApart = says.finish === 'refusal' && [family, client.family].every(isOpenAis);
  const text = isApart ? '' : says.text;
  expect([where, got.text]).toEqual([where, expect.stringContaining(text ?? '')]);
  // Words of speech are text where a protocol has no sound in its answers.
  if (client.family === 'anthropic' || client.family === 'openai-responses')
    expect([where, got.text]).toEqual([where, expect.stringContaining(says.spoken ?? '')]);
  expect([where, got.calls]).toEqual([where, says.calls ?? []]);
  // What a vendor says to its own clients passes as it is.
  if (says.input !== undefined && client.family !== family)
    expect([where, input, output]).toEqual([where, says.input, says.output ?? 0]);
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  hostedAnswers,
  streamHosted,
} from '../../../packages/adaptors/src/families/testing/hosted-answers.ts';
import { startWorld, type World } from '../start-world.ts';

export type HostedVendor = keyof typeof hostedAnswers;

const channelTypes: Readonly<Record<HostedVendor, number>> = {
  anthropic: 14,
  gemini: 24,
  'openai-responses': 1,
};
export const hostedVendors = Object.keys(channelTypes) as HostedVendor[];

/** A gateway before vendors that search and run code themselves, whatever they are asked. */
export interface HostedWorld {
  world: World;
  modelOf: (vendor: HostedVendor) => string;
  /** What was sent to a vendor last. */
  lastBody: () => string;
  stop: () => Promise<void>;
}

export async function startHostedWorld(): Promise<HostedWorld> {
  const modelOf = (vendor: HostedVendor): string => `hosted-${vendor}`;
  let last = '';
  const upstream = createServer((request, response) => {
    void buffer(request).then((body) => {
      last = body.toString();
      const said = `${request.url ?? ''} ${last}`;
      const vendor = hostedVendors.find((one) => said.includes(modelOf(one)))!;
      const isStream = /"stream":true|:stream/.test(said);
      const type = isStream ? 'text/event-stream' : 'application/json';
      response.writeHead(200, { 'content-type': type });
      response.end(isStream ? streamHosted(vendor) : JSON.stringify(hostedAnswers[vendor]));
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const world = await startWorld();
  const ratios = Object.fromEntries(hostedVendors.map((vendor) => [modelOf(vendor), 1]));
  await world.admin.setOption('ModelRatio', ratios);
  for (const vendor of hostedVendors)
    await world.admin.createChannel({
      name: vendor,
      type: channelTypes[vendor],
      baseUrl: `http://127.0.0.1:${String((upstream.address() as AddressInfo).port)}`,
      models: [modelOf(vendor)],
      config: JSON.stringify({ families: [vendor], translate_hosted_tools: true }),
    });
  return {
    world,
    modelOf,
    lastBody: () => last,
    stop: async () => {
      await world.stop();
      upstream.closeAllConnections();
      upstream.close();
    },
  };
}

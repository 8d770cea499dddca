import { startWorld, type World } from '../start-world.ts';
import { openClients, type Client } from './clients.ts';
import { startFakeUpstream, type FakeUpstream, type UpstreamFamily } from './fake-upstream.ts';

/** A kind of upstream, and how a channel to it is set up. */
export interface UpstreamKind {
  name: string;
  family: UpstreamFamily;
  channel: Record<string, unknown>;
}

export const upstreamKinds: readonly UpstreamKind[] = [
  { name: 'chat', family: 'openai-chat', channel: { type: 1, config: families('openai-chat') } },
  {
    name: 'responses',
    family: 'openai-responses',
    channel: { type: 1, config: families('openai-responses') },
  },
  { name: 'gemini', family: 'gemini', channel: { type: 24 } },
];

function families(...names: UpstreamFamily[]): string {
  return JSON.stringify({ families: names });
}

/** A gateway in front of upstreams of every kind, one model for each, and clients of every vendor. */
export interface ProtocolWorld extends World {
  upstream: FakeUpstream;
  clients: readonly Client[];
  /** The model that a kind of upstream serves. */
  modelOf(kind: UpstreamKind): string;
  stopAll(): Promise<void>;
}

export async function startProtocolWorld(): Promise<ProtocolWorld> {
  const [world, upstream] = await Promise.all([startWorld(), startFakeUpstream()]);
  const modelOf = ({ name }: UpstreamKind): string => `model-${name}`;
  const ratios = Object.fromEntries(upstreamKinds.map((kind) => [modelOf(kind), 1]));
  await world.admin.setOption('ModelRatio', ratios);
  for (const kind of upstreamKinds)
    await world.admin.createChannel({
      name: kind.name,
      baseUrl: upstream.url,
      models: [modelOf(kind)],
      ...kind.channel,
    });
  return {
    ...world,
    upstream,
    clients: openClients(world.gateway.url, world.token.key),
    modelOf,
    async stopAll() {
      await world.stop();
      await upstream.close();
    },
  };
}

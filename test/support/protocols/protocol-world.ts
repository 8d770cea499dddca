import { generateKeyPairSync } from 'node:crypto';
import type { GatewayOptions } from '../start-gateway.mjs';
import { startWorld, type World } from '../start-world.ts';
import { openClients, type Client } from './clients.ts';
import { startFakeUpstream, type FakeUpstream } from './fake-upstream.ts';
import type { UpstreamFamily } from './upstream-wires.ts';

/** A kind of upstream, and how a channel to it is set up. */
export interface UpstreamKind {
  name: string;
  family: UpstreamFamily;
  /** @param upstreamUrl where credentials are to be had too */
  channel: (upstreamUrl: string) => Record<string, unknown>;
  /** What its model is called there, where that decides how it is asked. */
  model?: string;
}

const claudeModel = 'claude-sonnet-4-5-20250929';
const awsKey = 'AKIDEXAMPLE|secret-of-bedrock|us-east-1';

export const upstreamKinds: readonly UpstreamKind[] = [
  {
    name: 'chat',
    family: 'openai-chat',
    channel: () => ({ type: 1, config: families('openai-chat') }),
  },
  {
    name: 'responses',
    family: 'openai-responses',
    channel: () => ({ type: 1, config: families('openai-responses') }),
  },
  { name: 'anthropic', family: 'anthropic', channel: () => ({ type: 14 }) },
  { name: 'gemini', family: 'gemini', channel: () => ({ type: 24 }) },
  {
    name: 'bedrock-claude',
    family: 'bedrock-invoke',
    channel: () => ({ type: 33, key: awsKey }),
    model: claudeModel,
  },
  {
    name: 'bedrock-nova',
    family: 'bedrock-converse',
    channel: () => ({ type: 33, key: awsKey }),
    model: 'amazon.nova-2-lite-v1:0',
  },
  {
    name: 'vertex-gemini',
    family: 'vertex-gemini',
    channel: (url) => ({ type: 42, key: '-', config: serviceAccount(url) }),
    model: 'gemini-2.5-flash',
  },
  {
    name: 'vertex-claude',
    family: 'vertex-claude',
    channel: (url) => ({ type: 42, key: '-', config: serviceAccount(url) }),
    model: claudeModel,
  },
];

/** One for each protocol and wire: hosts of other vendors' models are left out, which have the words of what they host. */
export const upstreamKindOfEachWire = upstreamKinds.filter(({ name }) =>
  ['chat', 'responses', 'anthropic', 'gemini', 'bedrock-nova'].includes(name),
);

function families(...names: UpstreamFamily[]): string {
  return JSON.stringify({ families: names });
}

let privateKey: string | undefined;

/** A channel's config for Vertex AI, whose tokens the upstream gives out. */
function serviceAccount(url: string): string {
  privateKey ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey;
  const keyFile = {
    type: 'service_account',
    client_email: 'sa@p1.iam.gserviceaccount.com',
    private_key: privateKey,
    project_id: 'p1',
    token_uri: `${url}/token`,
  };
  return JSON.stringify({ region: 'us-east5', vertex_ai_adc: JSON.stringify(keyFile) });
}

/** A gateway in front of upstreams of every kind, one model for each, and clients of every vendor. */
export interface ProtocolWorld extends World {
  upstream: FakeUpstream;
  clients: readonly Client[];
  /** The model that a kind of upstream serves. */
  modelOf(kind: UpstreamKind): string;
  /** Gives a model a price, so that it can be served. */
  price(model: string): Promise<unknown>;
  stopAll(): Promise<void>;
}

export async function startProtocolWorld(options: GatewayOptions = {}): Promise<ProtocolWorld> {
  const [world, upstream] = await Promise.all([startWorld(options), startFakeUpstream()]);
  const modelOf = ({ name }: UpstreamKind): string => `model-${name}`;
  // What is paid for is the model that was called in the end.
  const priced = upstreamKinds.map((kind) => kind.model ?? modelOf(kind));
  const ratios = Object.fromEntries(priced.map((model) => [model, 1]));
  const price = (model: string): Promise<unknown> => {
    ratios[model] = 1;
    return world.admin.setOption('ModelRatio', ratios);
  };
  await world.admin.setOption('ModelRatio', ratios);
  for (const kind of upstreamKinds)
    await world.admin.createChannel({
      name: kind.name,
      baseUrl: upstream.url,
      models: [modelOf(kind)],
      ...(kind.model !== undefined && {
        model_mapping: JSON.stringify({ [modelOf(kind)]: kind.model }),
      }),
      ...kind.channel(upstream.url),
    });
  return {
    ...world,
    upstream,
    clients: openClients(world.gateway.url, world.token.key),
    modelOf,
    price,
    async stopAll() {
      await world.stop();
      await upstream.close();
    },
  };
}

import OpenAI from 'openai';
import {
  startSimulatedProvider,
  type SimulatedProvider,
} from '../../packages/server/src/demo/simulated-provider.ts';
import { logIn, type AdminClient, type ChannelRow, type TokenRow } from './admin-client.mjs';
import { startGateway, type Gateway, type GatewayOptions } from './start-gateway.mjs';

/** Everything an end-to-end test needs: an upstream, a gateway in front of it, a channel and a key. */
export interface World {
  provider: SimulatedProvider;
  gateway: Gateway;
  admin: AdminClient;
  channel: ChannelRow;
  token: TokenRow;
  /** The official SDK with the world's key; it does not retry unless told to. */
  openai: OpenAI;
  stop(): Promise<void>;
}

/** Models that the world's channel offers; each has a price. */
export const worldModels = [
  'gpt-4o-mini',
  'gpt-4o',
  'gpt-3.5-turbo',
  'gpt-3.5-turbo-instruct',
  'text-davinci-edit-001',
  'o4-mini',
  'text-embedding-3-small',
  'omni-moderation-latest',
  'dall-e-2',
  'dall-e-3',
  'gpt-image-1',
  'tts-1',
  'whisper-1',
  'gpt-4o-transcribe',
];

/** Starts a world; `stop` ends all of it, also after a test failed. */
export async function startWorld(options: GatewayOptions = {}): Promise<World> {
  const provider = await startSimulatedProvider({ maxRecords: 10_000 });
  const gateway = await startGateway(options).catch(async (error: unknown) => {
    await provider.close();
    throw error;
  });
  const stop = async (): Promise<void> => {
    await gateway.stop();
    await provider.close();
  };
  try {
    const admin = await logIn(gateway.url);
    const channel = await admin.createChannel({
      name: 'simulated',
      baseUrl: provider.url,
      models: worldModels,
    });
    const token = await admin.createToken();
    return { provider, gateway, admin, channel, token, openai: openSdk(gateway, token.key), stop };
  } catch (error) {
    await stop();
    throw new Error(`could not set the world up; the gateway said:\n${gateway.logs()}`, {
      cause: error,
    });
  }
}

/** The official SDK pointed at a gateway. */
export function openSdk(gateway: Gateway, apiKey: string, maxRetries = 0): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, maxRetries });
}

import type { AdminClient } from '../admin-client.mjs';
import { postJson } from '../chat-requests.ts';
import type { ReceivedRequest, ScriptedAnswer } from '../scripted-upstream.ts';
import { waitFor } from '../wait-for.ts';
import { billPrices, billScenes, type BillScene, type DoorName } from './bill-scenes.ts';

const doors: Readonly<
  Record<DoorName, (model: string, isStream: boolean) => { path: string; body: object }>
> = {
  chat: (model, stream) => ({
    path: '/v1/chat/completions',
    body: { model, stream, messages: [{ role: 'user', content: 'Pay.' }] },
  }),
  responses: (model, stream) => ({ path: '/v1/responses', body: { model, stream, input: 'Pay.' } }),
  messages: (model, stream) => ({
    path: '/v1/messages',
    body: { model, stream, max_tokens: 2000, messages: [{ role: 'user', content: 'Pay.' }] },
  }),
  gemini: (model, stream) => ({
    path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: { contents: [{ role: 'user', parts: [{ text: 'Pay.' }] }] },
  }),
};

/** Sets the prices, and a channel for each scene's model. */
export async function setUpBills(admin: AdminClient, upstreamUrl: string): Promise<void> {
  for (const [option, table] of Object.entries(billPrices)) await admin.setOption(option, table);
  for (const { model, channelType, family } of billScenes)
    await admin.createChannel({
      name: model,
      type: channelType,
      key: 'sk-up',
      baseUrl: upstreamUrl,
      models: [model],
      ...(family !== undefined && { config: JSON.stringify({ families: [family] }) }),
    });
}

/** What the upstream of a scene says, in the form in which it is asked. */
export function answerScene(request: ReceivedRequest): ScriptedAnswer {
  const said = `${request.path} ${String(request.body['model'])}`;
  const scene = billScenes.find(({ model }) => said.includes(model));
  if (scene === undefined) throw new Error(`nothing is known of ${said}`);
  const isStream = request.body['stream'] === true || request.path.includes('stream');
  return isStream ? { frames: scene.events.map(toFrame) } : { json: scene.whole };
}

function toFrame(event: object): string {
  const name = 'type' in event ? `event: ${String(event.type)}\n` : '';
  return `${name}data: ${JSON.stringify(event)}\n\n`;
}

/** Asks, reads the answer to its end, and resolves to what the log row of that request says it cost. */
export async function askForBill(
  gateway: { url: string; key: string; admin: AdminClient },
  { model }: BillScene,
  door: DoorName,
  isStream: boolean,
): Promise<number> {
  const { path, body } = doors[door](model, isStream);
  const answer = await postJson(gateway.url + path, gateway.key, body);
  const text = await answer.text();
  if (answer.status !== 200 || !text.includes('Paid.'))
    throw new Error(`${String(answer.status)} ${text}`);
  const id = answer.headers.get('x-request-id');
  const row = await waitFor('the log row', async () => {
    const rows = await gateway.admin.listLogs('type=2&p=0&size=100');
    return rows.find(({ request_id }) => request_id === id);
  });
  return row.quota;
}

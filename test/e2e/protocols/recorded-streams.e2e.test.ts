import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type OpenAI from 'openai';
import OpenAI7 from 'openai-7';
import { openClients, type Client } from '../../support/protocols/clients.ts';
import { withoutBlanks, type Gist } from '../../support/protocols/recorded/gist.ts';
import { firstAnswer, readGist } from '../../support/protocols/recorded/read-gist.ts';
import {
  hasRecorded,
  listRecordings,
  readEvents,
  type Recording,
} from '../../support/protocols/recorded/recordings.ts';
import {
  modelOf,
  startReplayUpstream,
  type ReplayUpstream,
} from '../../support/protocols/recorded/replay-upstream.ts';
import { startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(120_000);

const recordings = listRecordings();
const question = { turns: [{ from: 'user' as const, text: 'Go on.' }] };

let world: World;
let upstream: ReplayUpstream;
let clients: readonly Client[];
/** Those of OpenAI with their vendor's latest major, which is the strictest. */
let latestClients: readonly Client[];

beforeAll(async () => {
  if (!hasRecorded) return;
  [world, upstream] = await Promise.all([startWorld(), startReplayUpstream()]);
  const ratios = Object.fromEntries(recordings.map((recording) => [modelOf(recording), 1]));
  await world.admin.setOption('ModelRatio', ratios);
  for (const { channelType, form, models } of channels())
    await world.admin.createChannel({
      name: `recorded ${channelType} ${form}`,
      type: channelType,
      key: form === 'bedrock-converse' ? 'AK|SK|us-east-1' : 'sk-recorded',
      baseUrl: upstream.url,
      models,
      config: JSON.stringify({ families: form === 'cohere' ? undefined : [form] }),
    });
  const latest = OpenAI7 as unknown as typeof OpenAI;
  clients = openClients(world.gateway.url, world.token.key);
  latestClients = openClients(world.gateway.url, world.token.key, latest);
});
afterAll(async () => {
  if (!hasRecorded) return;
  await world.stop();
  await upstream.close();
});

/** One for each kind of provider, in each form in which it answers. */
function channels(): { channelType: number; form: string; models: string[] }[] {
  const groups = new Map<string, Recording[]>();
  for (const recording of recordings) {
    const key = `${recording.channelType} ${recording.form}`;
    groups.set(key, [...(groups.get(key) ?? []), recording]);
  }
  return [...groups.values()].map((group) => ({
    channelType: group[0]!.channelType,
    form: group[0]!.form,
    models: group.map(modelOf),
  }));
}

const readers = [
  { family: 'openai-chat', isLatest: false, reader: 'OpenAI’s chat' },
  { family: 'openai-chat', isLatest: true, reader: 'OpenAI’s chat, latest major' },
  { family: 'openai-responses', isLatest: false, reader: 'OpenAI’s Responses' },
  { family: 'openai-responses', isLatest: true, reader: 'OpenAI’s Responses, latest major' },
  { family: 'anthropic', isLatest: false, reader: 'Anthropic’s messages' },
  { family: 'gemini', isLatest: false, reader: 'Google’s Gemini' },
];

/** What official clients make nothing of, or something else, where their own vendor's bytes come to them unchanged. */
const oddities: readonly (readonly [name: RegExp, what: 'stream' | 'calls' | 'usage'])[] = [
  // Events that this version of the SDK does not know, and a recording from which some were cut out.
  [/^openai\/responses\/openai-(shell-|phase)/, 'stream'],
  // Arguments value by value: Google's SDK leaves them to the application.
  [/^google\/google-(stream-no-args|vertex-stream)/, 'calls'],
  // Figures of chat that leave the thoughts out of the answer.
  [/xai-(text|tool-call)$/, 'usage'],
];

function oddityOf({ name, form }: Recording, family: string): string | undefined {
  return form === family ? oddities.find(([pattern]) => pattern.test(name))?.[1] : undefined;
}

/** Names as a protocol has them: only Responses has namespaces beside them. */
function withoutSpaces(calls: Gist['calls'], { form }: Recording, family: string): Gist['calls'] {
  if (form !== family) return calls;
  return calls.map(({ name, input }) => ({ name: name.replace(/^.*__/, ''), input }));
}

(hasRecorded ? describe : describe.skip)('recorded streams', () => {
  it('are there', () => {
    expect(recordings.length).toBeGreaterThan(70);
  });

  describe.each(readers)('to a client of $reader', ({ family, isLatest }) => {
    it.each(recordings)('$name', async (recording: Recording) => {
      const said = readGist(recording.form, readEvents(recording));
      const client = (isLatest ? latestClients : clients).find((one) => one.family === family)!;
      const oddity = oddityOf(recording, family);
      if (oddity === 'stream') {
        expect(await readData(recording)).toEqual(firstAnswer(readEvents(recording)));
        return;
      }
      const asking = client.ask(modelOf(recording), question, true);
      if (said.fails) {
        await expect(asking).rejects.toThrow();
        return;
      }
      const { text, thoughts, calls, input, cached, output } = await asking;
      expect(text).toBe(said.text);
      if (oddity !== 'calls') expect(calls).toEqual(withoutSpaces(said.calls, recording, family));
      // Chat as OpenAI defines it has no thoughts; ours are an extension that its helper does not fold.
      if (family !== 'openai-chat') expect(withoutBlanks(thoughts)).toBe(said.thoughts);
      if (said.usage !== undefined && oddity !== 'usage')
        expect({ input, cached, output }).toEqual(said.usage);
    });
  });

  describe('cost the same for every client', () => {
    it.each(recordings)('$name', async (recording) => {
      const { usage, fails } = readGist(recording.form, readEvents(recording));
      if (usage === undefined || fails) return;
      const rows = await world.admin.listLogs(`type=2&model_name=${modelOf(recording)}`);
      expect(rows.map((row) => [row.prompt_tokens, row.completion_tokens])).toEqual(
        readers.map(() => [usage.input, usage.output]),
      );
    });
  });
});

/** What a client of Responses reads, event by event. */
async function readData(recording: Recording): Promise<unknown[]> {
  const answer = await fetch(`${world.gateway.url}/v1/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.token.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: modelOf(recording), input: 'Go on.', stream: true }),
  });
  const lines = (await answer.text()).matchAll(/^data: (.*)$/gm);
  return [...lines].map(([, data]) => JSON.parse(data!) as unknown);
}

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { HumanMessage, ToolMessage, type AIMessageChunk } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { z } from 'zod';
import {
  startProtocolWorld,
  upstreamKinds,
  type ProtocolWorld,
} from '../../support/protocols/protocol-world.ts';
import { bill, type Answer } from '../../support/protocols/scene.ts';

jest.setTimeout(60_000);

let world: ProtocolWorld;
beforeAll(async () => {
  world = await startProtocolWorld();
});
afterAll(() => world.stopAll());

const weather = tool(({ city }) => `sunny in ${city}`, {
  name: 'get_weather',
  description: 'Tells the weather.',
  schema: z.object({ city: z.string() }),
});
const wantsWeather: Answer = {
  calls: [
    { id: 'call_paris1', name: 'get_weather', input: { city: 'Paris' } },
    { id: 'call_oslo22', name: 'get_weather', input: { city: 'Øslo "N"' } },
  ],
  end: 'calls',
};
const apis = ['chat', 'Responses'] as const;
const pairs = apis.flatMap((api) => upstreamKinds.map((kind) => ({ api, kind })));

describe.each(pairs)('LangChain with $api at $kind.name', ({ api, kind }) => {
  const open = (): ChatOpenAI =>
    new ChatOpenAI({
      model: world.modelOf(kind),
      apiKey: world.token.key,
      configuration: { baseURL: `${world.gateway.url}/v1` },
      useResponsesApi: api === 'Responses',
      maxRetries: 0,
    });

  it('streams text with its usage', async () => {
    world.upstream.answerWith({ text: 'Ein Zoll für die Straße.', end: 'stop' });
    let whole: AIMessageChunk | undefined;
    for await (const chunk of await open().stream('What is a toll?'))
      whole = whole === undefined ? chunk : whole.concat(chunk);
    expect(whole?.text).toBe('Ein Zoll für die Straße.');
    expect(whole?.usage_metadata).toMatchObject({
      input_tokens: bill.input,
      output_tokens: bill.output,
    });
  });

  it.each(['whole', 'streamed'])('calls tools in parallel, %s, and goes on', async (how) => {
    world.upstream.answerWith(wantsWeather);
    const model = open().bindTools([weather]);
    const question = new HumanMessage('Weather in Paris and Oslo?');
    let asked: AIMessageChunk | undefined;
    if (how === 'whole') asked = await model.invoke([question]);
    else {
      for await (const chunk of await model.stream([question]))
        asked = asked === undefined ? chunk : asked.concat(chunk);
    }
    const calls = asked?.tool_calls ?? [];
    expect(calls.map(({ name, args }) => ({ name, args }))).toEqual(
      wantsWeather.calls?.map(({ name, input }) => ({ name, args: input })),
    );
    const results = await Promise.all(
      calls.map(async (call) => {
        const content = await weather.invoke(call.args as { city: string });
        return new ToolMessage({ content, tool_call_id: call.id! });
      }),
    );
    world.upstream.answerWith({ text: 'Sun everywhere.', end: 'stop' });
    const final = await model.invoke([question, asked!, ...results]);
    expect(final.text).toBe('Sun everywhere.');
    expect(world.upstream.requests[0]?.text).toContain('sunny in Paris');
  });
});

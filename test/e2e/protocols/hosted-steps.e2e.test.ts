import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI, type GenerateContentResponse } from '@google/genai';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import OpenAI from 'openai';
import {
  hostedVendors,
  startHostedWorld,
  type HostedVendor,
  type HostedWorld,
} from '../../support/protocols/hosted-world.ts';

jest.setTimeout(60_000);

const others = ['gemini', 'openai-responses'] as const;
const forms = [true, false];

let hosted: HostedWorld;
let anthropic: Anthropic;
let openai: OpenAI;
let google: GoogleGenAI;
let modelOf: HostedWorld['modelOf'];
beforeAll(async () => {
  hosted = await startHostedWorld();
  ({ modelOf } = hosted);
  const apiKey = hosted.world.token.key;
  const { url } = hosted.world.gateway;
  anthropic = new Anthropic({ apiKey, baseURL: url, maxRetries: 0 });
  openai = new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 });
  google = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url, fetch } });
});
afterAll(() => hosted.stop());

const question: Anthropic.MessageParam = { role: 'user', content: 'How deep is the bay?' };
const tools: Anthropic.ToolUnion[] = [{ type: 'web_search_20250305', name: 'web_search' }];

function askAnthropic(vendor: HostedVendor, isStream: boolean): Promise<Anthropic.Message> {
  const body = { model: modelOf(vendor), max_tokens: 500, tools, messages: [question] };
  return isStream
    ? anthropic.messages.stream(body).finalMessage()
    : anthropic.messages.create(body);
}

describe.each(forms)('what an upstream looked up and ran itself, stream: %s', (isStream) => {
  it.each(others)('reaches Anthropic’s client from %s, with the sources', async (vendor) => {
    const { content } = await askAnthropic(vendor, isStream);
    const types = content.map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['code_execution_tool_result', 'text']));
    const text = content.find((block) => block.type === 'text')!;
    expect(text.text).toMatch(/^Seven metres deep\./);
    expect(text.citations).toMatchObject([
      { type: 'web_search_result_location', url: 'https://sea.example/bay', title: 'The bay' },
    ]);
    const results = content.flatMap((block) => ('tool_use_id' in block ? [block.tool_use_id] : []));
    const calls = content.flatMap((block) =>
      block.type === 'server_tool_use' || (block.type as string) === 'mcp_tool_use'
        ? [(block as { id: string }).id]
        : [],
    );
    expect(results).toEqual(calls);
  });

  it.each(others)(
    'and goes on at Anthropic after %s, without what it did not sign',
    async (vendor) => {
      const { content } = await askAnthropic(vendor, isStream);
      const messages = [
        question,
        { role: 'assistant' as const, content: content as Anthropic.ContentBlockParam[] },
        { role: 'user' as const, content: 'Sure?' },
      ];
      await anthropic.messages.create({ model: modelOf('anthropic'), max_tokens: 500, messages });
      const sent = JSON.parse(hosted.lastBody()) as { messages: { content: unknown }[] };
      expect(sent.messages[1]!.content).toEqual([
        { type: 'text', text: expect.stringMatching(/^Seven metres deep\./) },
      ]);
      expect(hosted.lastBody()).not.toContain('Xgw1_');
    },
  );

  it.each(['anthropic', 'gemini'] as const)('reaches Responses’ client from %s', async (vendor) => {
    const body = { model: modelOf(vendor), input: 'How deep is the bay?' };
    const answer = isStream
      ? await openai.responses.stream(body).finalResponse()
      : await openai.responses.create(body);
    const code = answer.output.find((item) => item.type === 'code_interpreter_call');
    expect(code).toMatchObject({ status: 'completed', outputs: [{ type: 'logs', logs: '7\n' }] });
    const search = answer.output.find((item) => item.type === 'web_search_call');
    if (vendor === 'anthropic')
      expect(search).toMatchObject({ action: { type: 'search', query: 'bay depth' } });
    expect(answer.output_text).toBe('Seven metres deep.');
    // The same conversation goes on, at both.
    for (const next of hostedVendors)
      await openai.responses.create({
        model: modelOf(next),
        input: [
          { role: 'user', content: 'How deep is the bay?' },
          ...(answer.output as OpenAI.Responses.ResponseInputItem[]),
          { role: 'user', content: 'Sure?' },
        ],
      });
  });

  it.each(['anthropic', 'openai-responses'] as const)(
    'reaches Google’s client from %s',
    async (vendor) => {
      const body = { model: modelOf(vendor), contents: 'How deep is the bay?' };
      const answers: GenerateContentResponse[] = [];
      if (isStream)
        for await (const one of await google.models.generateContentStream(body)) answers.push(one);
      else answers.push(await google.models.generateContent(body));
      const parts = answers.flatMap((one) => one.candidates?.[0]?.content?.parts ?? []);
      expect(parts.map((part) => part.codeExecutionResult?.output).filter(Boolean)).toEqual([
        '7\n',
      ]);
      const { groundingMetadata } = answers.at(-1)!.candidates![0]!;
      expect(groundingMetadata).toMatchObject({
        webSearchQueries: ['bay depth'],
        groundingChunks: [{ web: { uri: 'https://sea.example/bay' } }],
      });
    },
  );
});

describe('a search that another vendor’s tool does', () => {
  it('is told with what it found', async () => {
    await askAnthropic('openai-responses', false);
    expect(JSON.parse(hosted.lastBody())).toMatchObject({
      tools: [{ type: 'web_search' }],
      include: expect.arrayContaining(['web_search_call.action.sources']),
    });
  });
});

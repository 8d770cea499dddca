import { describe, expect, it } from '@jest/globals';
import { conversationOperations, type Family, type JsonRecord, type Loss } from '@turnpike/core';
import { accumulateMessage, readEvents } from './anthropic/testing/accumulate-message.ts';
import { findClientCodec, findUpstreamCodec } from './index.ts';
import { decodeStream, encodeStream } from './testing/decode-stream.ts';
import { hostedAnswers, streamHosted } from './testing/hosted-answers.ts';
import { contextOf, pathOf, targetOf } from './testing/translation.ts';
import { SseReader } from '../wire/sse-reader.ts';

const dialect = { streamUsage: 'always' } as const;
type Upstream = keyof typeof hostedAnswers;

interface Shown {
  body: JsonRecord;
  losses: readonly Loss[];
}

const headers = { 'anthropic-version': '2026-10-21' };

function whole(from: Upstream, to: Family): Shown {
  const response = findUpstreamCodec(from)!.decodeResponse(hostedAnswers[from], dialect);
  return findClientCodec(to)!.encodeResponse(
    response,
    contextOf(conversationOperations[to], { headers }),
  );
}

function streamed(from: Upstream, to: Family): { text: string; losses: readonly Loss[] } {
  const decoder = findUpstreamCodec(from)!.createStreamDecoder(dialect);
  const events = decodeStream(decoder, [Buffer.from(streamHosted(from))]);
  const encoder = findClientCodec(to)!.createStreamEncoder({
    ...contextOf(conversationOperations[to], { headers }),
    path: { ...pathOf(conversationOperations[to], headers), search: '?alt=sse' },
  });
  return { text: encodeStream(encoder, events), losses: encoder.losses };
}

function dataOf(text: string): JsonRecord[] {
  return new SseReader()
    .push(Buffer.from(text))
    .flatMap(({ data }) =>
      data === undefined || data === '[DONE]' ? [] : [JSON.parse(data) as JsonRecord],
    );
}

const toldAs = (losses: readonly Loss[]): string[] =>
  losses.map(({ severity, what, at }) => `${severity} ${what} ${at}`);

describe('what an upstream ran itself, for a client of Anthropic’s', () => {
  const found = {
    type: 'web_search_result_location',
    url: 'https://sea.example/bay',
    title: 'The bay',
    cited_text: '',
    encrypted_index: 'Xgw1_',
  };
  const caller = { type: 'direct' };

  it('is a search, a run and a server’s tool, with the sources of the text', () => {
    const { body, losses } = whole('openai-responses', 'anthropic');
    const [text] = (body['content'] as JsonRecord[]).slice(-1);
    expect(text).toMatchObject({ type: 'text', citations: [found] });
    expect((body['content'] as JsonRecord[]).slice(0, -1)).toEqual([
      {
        type: 'server_tool_use',
        id: 'srvtoolu_Xgw1_ws_1',
        name: 'web_search',
        input: { query: 'bay depth' },
        caller,
      },
      {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_Xgw1_ws_1',
        content: [
          {
            type: 'web_search_result',
            url: 'https://sea.example/bay',
            title: 'https://sea.example/bay',
            encrypted_content: 'Xgw1_',
            page_age: null,
          },
        ],
        caller,
      },
      {
        type: 'server_tool_use',
        id: 'srvtoolu_Xgw1_ws_2',
        name: 'web_fetch',
        input: { url: 'https://sea.example/bay' },
        caller,
      },
      {
        type: 'web_fetch_tool_result',
        tool_use_id: 'srvtoolu_Xgw1_ws_2',
        content: expect.objectContaining({
          type: 'web_fetch_result',
          url: 'https://sea.example/bay',
        }),
        caller,
      },
      {
        type: 'server_tool_use',
        id: 'srvtoolu_Xgw1_ci_1',
        name: 'code_execution',
        input: { code: 'print(7)' },
        caller,
      },
      {
        type: 'code_execution_tool_result',
        tool_use_id: 'srvtoolu_Xgw1_ci_1',
        content: {
          type: 'code_execution_result',
          stdout: '7\n',
          stderr: '',
          return_code: 0,
          content: [],
        },
      },
      {
        type: 'mcp_tool_use',
        id: 'mcptoolu_Xgw1_mcp_1',
        name: 'depth',
        server_name: 'charts',
        input: { of: 'bay' },
      },
      {
        type: 'mcp_tool_result',
        tool_use_id: 'mcptoolu_Xgw1_mcp_1',
        is_error: false,
        content: [{ type: 'text', text: '7 m' }],
      },
    ]);
    // What the page says that was opened, and where exactly a source stands.
    expect(toldAs(losses)).toEqual([
      'info approximated answer.tool_result',
      'info approximated answer.annotations',
    ]);
  });

  it.each(['openai-responses', 'gemini', 'anthropic'] as const)(
    'is in a stream what it is in a whole answer of %s',
    (from) => {
      const { text, losses } = streamed(from, 'anthropic');
      const { body, losses: ofWhole } = whole(from, 'anthropic');
      const folded = accumulateMessage(readEvents(text)).content.map((block) => ({ ...block }));
      expect(folded).toEqual(body['content']);
      expect(toldAs(losses)).toEqual(toldAs(ofWhole));
    },
  );

  it('is code that Google ran, and what it tells at the end that it searched for', () => {
    const blocks = whole('gemini', 'anthropic').body['content'] as JsonRecord[];
    expect(blocks.map(({ type }) => type)).toEqual([
      'server_tool_use',
      'code_execution_tool_result',
      'text',
      'server_tool_use',
      'web_search_tool_result',
    ]);
    expect(blocks[2]).toMatchObject({ citations: [found] });
    expect(blocks[3]).toMatchObject({ name: 'web_search', input: { query: 'bay depth' } });
    expect(blocks[4]).toMatchObject({
      tool_use_id: blocks[3]!['id'],
      content: [{ url: 'https://sea.example/bay', title: 'The bay' }],
    });
  });
});

describe('what an upstream ran itself, for a client of Responses', () => {
  const itemsOf = (body: JsonRecord): JsonRecord[] =>
    (body['output'] as JsonRecord[]).map(({ id: _, ...item }) => item);

  it('is an item of each step that Anthropic took', () => {
    const { body, losses } = whole('anthropic', 'openai-responses');
    expect(itemsOf(body).slice(0, 2)).toEqual([
      {
        type: 'web_search_call',
        status: 'completed',
        action: {
          type: 'search',
          query: 'bay depth',
          queries: ['bay depth'],
          sources: [{ type: 'url', url: 'https://sea.example/bay' }],
        },
      },
      {
        type: 'code_interpreter_call',
        status: 'completed',
        code: 'echo 7',
        container_id: '',
        outputs: [{ type: 'logs', logs: '7\n' }],
      },
    ]);
    expect(losses).toEqual([]);
  });

  it.each(['anthropic', 'gemini', 'openai-responses'] as const)(
    'is begun and ended once in a stream of %s, and ends as the whole answer says',
    (from) => {
      const events = dataOf(streamed(from, 'openai-responses').text);
      const { output } = events.at(-1)!['response'] as { output: JsonRecord[] };
      expect(output).toEqual(whole(from, 'openai-responses').body['output']);
      const items = events.filter(({ type }) => type === 'response.output_item.done');
      expect(items.map(({ item }) => item)).toEqual(output);
      const begun = events.filter(({ type }) => type === 'response.output_item.added');
      expect(begun.map(({ output_index }) => output_index)).toEqual(output.map((_, at) => at));
    },
  );

  it('is what Google searched for', () => {
    const search = itemsOf(whole('gemini', 'openai-responses').body).at(-1);
    expect(search).toEqual({
      type: 'web_search_call',
      status: 'completed',
      action: {
        type: 'search',
        query: 'bay depth',
        queries: ['bay depth'],
        sources: [{ type: 'url', url: 'https://sea.example/bay' }],
      },
    });
  });

  it('is told step by step', () => {
    const events = dataOf(streamed('gemini', 'openai-responses').text);
    const types = events.map(({ type }) => String(type)).filter((type) => type.includes('code_'));
    expect(types).toEqual([
      'response.code_interpreter_call.in_progress',
      'response.code_interpreter_call_code.delta',
      'response.code_interpreter_call_code.done',
      'response.code_interpreter_call.interpreting',
      'response.code_interpreter_call.completed',
    ]);
  });
});

describe('what an upstream ran itself, for a client of Google’s', () => {
  it.each(['anthropic', 'openai-responses'] as const)(
    'is code with its result, and what %s searched for and found',
    (from) => {
      const [candidate] = whole(from, 'gemini').body['candidates'] as JsonRecord[];
      const { parts } = candidate!['content'] as { parts: JsonRecord[] };
      expect(parts.slice(0, 2)).toEqual([
        {
          executableCode:
            from === 'anthropic'
              ? { language: 'LANGUAGE_UNSPECIFIED', code: 'echo 7' }
              : { language: 'PYTHON', code: 'print(7)' },
        },
        { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '7\n' } },
      ]);
      expect(candidate!['groundingMetadata']).toMatchObject({
        webSearchQueries: ['bay depth'],
        groundingChunks: [{ web: { uri: 'https://sea.example/bay' } }],
      });
      const frames = dataOf(streamed(from, 'gemini').text);
      const last = (frames.at(-1)!['candidates'] as JsonRecord[])[0]!;
      expect(last['groundingMetadata']).toMatchObject({ webSearchQueries: ['bay depth'] });
    },
  );

  it('names the part that a source stands in as the client gets it', () => {
    const [candidate] = whole('openai-responses', 'gemini').body['candidates'] as JsonRecord[];
    const { parts } = candidate!['content'] as { parts: JsonRecord[] };
    const { groundingSupports: supports } = candidate!['groundingMetadata'] as {
      groundingSupports: { segment: { partIndex: number; text: string } }[];
    };
    const { partIndex, text } = supports[0]!.segment;
    expect(parts[partIndex]!['text']).toContain(text);
  });
});

describe('what an upstream ran itself, for a client of chat', () => {
  it('is text where Google’s own clients show it', () => {
    const { body, losses } = whole('gemini', 'openai-chat');
    const [choice] = body['choices'] as { message: { content: string; annotations: object[] } }[];
    const { content, annotations } = choice!.message;
    expect(content).toBe('```python\nprint(7)\n```\n\n```\n7\n```\nSeven metres deep.');
    const start = content.indexOf('Seven');
    expect(annotations).toMatchObject([
      { url_citation: { start_index: start, end_index: content.length } },
    ]);
    expect(toldAs(losses)).toEqual([
      'info approximated answer.tool-call',
      'info approximated answer.tool-result',
      // What was searched for.
      'info dropped answer.tool-call',
      'info dropped answer.tool-result',
    ]);
    const deltas = dataOf(streamed('gemini', 'openai-chat').text).flatMap(({ choices }) =>
      (choices as { delta: { content?: string; annotations?: object[] } }[]).map(
        ({ delta }) => delta,
      ),
    );
    expect(deltas.map((delta) => delta.content ?? '').join('')).toBe(content);
    expect(deltas.flatMap((delta) => delta.annotations ?? [])).toEqual(annotations);
  });

  it.each(['anthropic', 'openai-responses'] as const)('is hidden and counted for %s', (from) => {
    const { body, losses } = whole(from, 'openai-chat');
    const [choice] = body['choices'] as { message: { content: string } }[];
    expect(choice!.message.content).toMatch(/^Seven metres deep\./);
    expect(losses.length).toBeGreaterThan(3);
    expect(toldAs(streamed(from, 'openai-chat').losses)).toEqual(toldAs(losses));
  });
});

describe('the same steps in the next turn’s history', () => {
  const asked = { role: 'user', content: 'How deep?' };
  const again = { role: 'user', content: 'Sure?' };

  function send(from: Family, body: JsonRecord, to: Family): { body: JsonRecord; told: string[] } {
    const request = findClientCodec(from)!.decodeRequest(
      body,
      pathOf(conversationOperations[from]),
    );
    const { body: sent, losses } = findUpstreamCodec(to)!.encodeRequest(request, targetOf('m'));
    return { body: sent, told: toldAs(losses) };
  }

  function historyOf(door: Family, from: Upstream): JsonRecord {
    const { body } = whole(from, door);
    switch (door) {
      case 'anthropic': {
        const answer = { role: 'assistant', content: body['content'] };
        return { model: 'm', max_tokens: 99, messages: [asked, answer, again] };
      }
      case 'openai-responses':
        return { model: 'm', input: [asked, ...(body['output'] as JsonRecord[]), again] };
      default: {
        const [candidate] = body['candidates'] as JsonRecord[];
        const say = (text: string): JsonRecord => ({ role: 'user', parts: [{ text }] });
        return { contents: [say('How deep?'), candidate!['content'], say('Sure?')] };
      }
    }
  }

  const doors = ['anthropic', 'openai-responses', 'gemini'] as const;
  const ways = doors.flatMap((door) =>
    doors.flatMap((from) =>
      (['anthropic', 'openai-responses', 'gemini', 'openai-chat'] as const).map((to) => ({
        door,
        from,
        to,
      })),
    ),
  );

  it.each(ways)('is nothing fatal: of $from, by $door, for $to', ({ door, from, to }) => {
    const { body, told } = send(door, historyOf(door, from), to);
    expect(told.filter((loss) => loss.startsWith('fatal'))).toEqual([]);
    const text = JSON.stringify(body);
    expect(text).toContain('Seven metres deep.');
    expect(text).not.toContain('Xgw1_');
    // No result without its call.
    expect(text).not.toMatch(/function_call_output|"tool_result"|functionResponse/);
  });

  it.each(doors)('goes home to %s as it came', (family) => {
    const history = historyOf(family, family);
    const { body } = send(family, history, family);
    const member = family === 'anthropic' ? 'messages' : family === 'gemini' ? 'contents' : 'input';
    expect(body[member]).toEqual(history[member]);
  });

  it('is left out for Anthropic where another vendor took the steps', () => {
    const { body, told } = send(
      'anthropic',
      historyOf('anthropic', 'openai-responses'),
      'anthropic',
    );
    const messages = body['messages'] as JsonRecord[];
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(messages[1]!['content']).toEqual([
      { type: 'text', text: expect.stringContaining('Seven') },
    ]);
    expect(JSON.stringify(body['messages'])).not.toMatch(/citations|server_tool|web_fetch|mcp/);
    expect(told.length).toBe(8);
  });
});

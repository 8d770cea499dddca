import Anthropic from '@anthropic-ai/sdk';
import {
  createPartFromFunctionResponse,
  FinishReason,
  FunctionCallingConfigMode,
  GoogleGenAI,
  type Part,
} from '@google/genai';
import OpenAI from 'openai';
import type { Question } from './scene.ts';

/** What a client made of an answer. */
export interface Got {
  text: string;
  thoughts: string;
  calls: readonly { name: string; input: unknown }[];
  end: string;
  input: number;
  cached: number;
  output: number;
}

/** An official client, asking in its vendor's protocol. */
export interface Client {
  family: 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini';
  ask(model: string, question: Question, isStream: boolean): Promise<Got>;
}

/**
 * Official clients of every vendor, pointed at a gateway. None retries.
 *
 * @param Sdk the major of OpenAI's to use
 */
export function openClients(gatewayUrl: string, apiKey: string, Sdk = OpenAI): readonly Client[] {
  const openai = new Sdk({ apiKey, baseURL: `${gatewayUrl}/v1`, maxRetries: 0 });
  const anthropic = new Anthropic({ apiKey, baseURL: gatewayUrl, maxRetries: 0 });
  const google = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: gatewayUrl, fetch } });
  return [
    { family: 'openai-chat', ask: (...asked) => askChat(openai, ...asked) },
    { family: 'openai-responses', ask: (...asked) => askResponses(openai, ...asked) },
    { family: 'anthropic', ask: (...asked) => askAnthropic(anthropic, ...asked) },
    { family: 'gemini', ask: (...asked) => askGemini(google, ...asked) },
  ];
}

async function askChat(
  openai: OpenAI,
  model: string,
  { system, turns, tools, schema }: Question,
  isStream: boolean,
): Promise<Got> {
  const messages: OpenAI.ChatCompletionMessageParam[] = [];
  if (system !== undefined) messages.push({ role: 'system', content: system });
  for (const turn of turns) {
    if (turn.from === 'user') {
      const content: OpenAI.ChatCompletionContentPart[] = [{ type: 'text', text: turn.text }];
      if (turn.imageBase64 !== undefined)
        content.push({
          type: 'image_url',
          image_url: { url: `data:image/png;base64,${turn.imageBase64}` },
        });
      if (turn.pdfBase64 !== undefined)
        content.push({
          type: 'file',
          file: {
            filename: 'toll.pdf',
            file_data: `data:application/pdf;base64,${turn.pdfBase64}`,
          },
        });
      messages.push({ role: 'user', content });
    } else if (turn.from === 'model')
      messages.push({
        role: 'assistant',
        content: turn.text ?? null,
        tool_calls: turn.calls.map(({ id, name, input }) => ({
          id,
          type: 'function',
          function: { name, arguments: JSON.stringify(input) },
        })),
      });
    else
      for (const { id, text } of turn.results)
        messages.push({ role: 'tool', tool_call_id: id, content: text });
  }
  const body: OpenAI.ChatCompletionCreateParamsNonStreaming = {
    model,
    messages,
    max_completion_tokens: 500,
    ...(tools !== undefined && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: 'function',
        function: { name, description, parameters: parameters as Record<string, unknown> },
      })),
    }),
    ...(schema !== undefined && {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'toll', schema: schema as Record<string, unknown>, strict: true },
      },
    }),
  };
  const answer = isStream
    ? await openai.chat.completions
        .stream({ ...body, stream: true, stream_options: { include_usage: true } })
        .finalChatCompletion()
    : await openai.chat.completions.create(body);
  const [choice] = answer.choices;
  const { message } = choice!;
  return {
    text: message.content ?? '',
    thoughts: (message as { reasoning_content?: string }).reasoning_content ?? '',
    calls: (message.tool_calls ?? []).map((call) => {
      if (call.type !== 'function') throw new Error(`a call of type ${call.type}`);
      return { name: call.function.name, input: JSON.parse(call.function.arguments) as unknown };
    }),
    end: { stop: 'stop', length: 'length', tool_calls: 'calls' }[choice!.finish_reason as 'stop'],
    input: answer.usage?.prompt_tokens ?? -1,
    cached: answer.usage?.prompt_tokens_details?.cached_tokens ?? 0,
    output: answer.usage?.completion_tokens ?? -1,
  };
}

async function askResponses(
  openai: OpenAI,
  model: string,
  { system, turns, tools, schema }: Question,
  isStream: boolean,
): Promise<Got> {
  const input: OpenAI.Responses.ResponseInputItem[] = [];
  for (const turn of turns) {
    if (turn.from === 'user') {
      const content: OpenAI.Responses.ResponseInputContent[] = [
        { type: 'input_text', text: turn.text },
      ];
      if (turn.imageBase64 !== undefined)
        content.push({
          type: 'input_image',
          detail: 'auto',
          image_url: `data:image/png;base64,${turn.imageBase64}`,
        });
      if (turn.pdfBase64 !== undefined)
        content.push({
          type: 'input_file',
          filename: 'toll.pdf',
          file_data: `data:application/pdf;base64,${turn.pdfBase64}`,
        });
      input.push({ role: 'user', content });
    } else if (turn.from === 'model') {
      if (turn.text !== undefined) input.push({ role: 'assistant', content: turn.text });
      for (const { id, name, input: given } of turn.calls)
        input.push({
          type: 'function_call',
          call_id: id,
          name,
          arguments: JSON.stringify(given),
        });
    } else
      for (const { id, text } of turn.results)
        input.push({ type: 'function_call_output', call_id: id, output: text });
  }
  const body: OpenAI.Responses.ResponseCreateParamsNonStreaming = {
    model,
    input,
    store: false,
    max_output_tokens: 500,
    ...(system !== undefined && { instructions: system }),
    ...(tools !== undefined && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: 'function',
        name,
        description,
        parameters: parameters as Record<string, unknown>,
        strict: false,
      })),
    }),
    ...(schema !== undefined && {
      text: {
        format: {
          type: 'json_schema',
          name: 'toll',
          schema: schema as Record<string, unknown>,
          strict: true,
        },
      },
    }),
  };
  const answer = isStream ? await finalResponse(openai, body) : await openai.responses.create(body);
  const thoughts: string[] = [];
  const calls: { name: string; input: unknown }[] = [];
  for (const item of answer.output) {
    if (item.type === 'function_call')
      calls.push({ name: item.name, input: JSON.parse(item.arguments) as unknown });
    if (item.type === 'reasoning') {
      for (const { text } of item.summary) thoughts.push(text);
      for (const { text } of item.content ?? []) thoughts.push(text);
    }
  }
  const isCut = answer.incomplete_details?.reason === 'max_output_tokens';
  return {
    text: answer.output_text,
    thoughts: thoughts.join(''),
    calls,
    end: isCut ? 'length' : calls.length > 0 ? 'calls' : 'stop',
    input: answer.usage?.input_tokens ?? -1,
    cached: answer.usage?.input_tokens_details.cached_tokens ?? 0,
    output: answer.usage?.output_tokens ?? -1,
  };
}

/** The helper follows the events; what is final comes with the last one, also where the answer was cut. */
async function finalResponse(
  openai: OpenAI,
  body: OpenAI.Responses.ResponseCreateParamsNonStreaming,
): Promise<OpenAI.Responses.Response> {
  const stream = openai.responses.stream({ ...body, stream: true });
  const final = await stream.finalResponse();
  return { ...final, output_text: textOf(final) };
}

function textOf({ output }: OpenAI.Responses.Response): string {
  return output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : ''))
    .join('');
}

async function askAnthropic(
  anthropic: Anthropic,
  model: string,
  { system, turns, tools, schema }: Question,
  isStream: boolean,
): Promise<Got> {
  const messages: Anthropic.MessageParam[] = turns.map((turn) => {
    if (turn.from === 'user') {
      const content: Anthropic.ContentBlockParam[] = [{ type: 'text', text: turn.text }];
      if (turn.imageBase64 !== undefined)
        content.push({
          type: 'image',
          source: { type: 'base64', media_type: 'image/png', data: turn.imageBase64 },
        });
      if (turn.pdfBase64 !== undefined)
        content.push({
          type: 'document',
          source: { type: 'base64', media_type: 'application/pdf', data: turn.pdfBase64 },
        });
      return { role: 'user', content };
    }
    if (turn.from === 'model') {
      const text = turn.text === undefined ? [] : [{ type: 'text' as const, text: turn.text }];
      const calls = turn.calls.map((call) => ({ type: 'tool_use' as const, ...call }));
      return { role: 'assistant', content: [...text, ...calls] };
    }
    return {
      role: 'user',
      content: turn.results.map(({ id, text }) => ({
        type: 'tool_result' as const,
        tool_use_id: id,
        content: text,
      })),
    };
  });
  const body = {
    model,
    messages,
    max_tokens: 500,
    ...(system !== undefined && { system }),
    ...(tools !== undefined && {
      tools: tools.map(({ name, description, parameters }) => ({
        name,
        description,
        input_schema: parameters as Anthropic.Tool.InputSchema,
      })),
    }),
    ...(schema !== undefined && {
      output_config: {
        format: { type: 'json_schema' as const, schema: schema as Record<string, unknown> },
      },
    }),
  };
  const answer = isStream
    ? await anthropic.messages.stream(body).finalMessage()
    : await anthropic.messages.create(body);
  let text = '';
  let thoughts = '';
  const calls: { name: string; input: unknown }[] = [];
  for (const block of answer.content) {
    if (block.type === 'text') text += block.text;
    if (block.type === 'thinking') thoughts += block.thinking;
    if (block.type === 'tool_use') calls.push({ name: block.name, input: block.input });
  }
  const { usage } = answer;
  const cached = usage.cache_read_input_tokens ?? 0;
  return {
    text,
    thoughts,
    calls,
    end: { end_turn: 'stop', max_tokens: 'length', tool_use: 'calls' }[
      answer.stop_reason as 'end_turn'
    ],
    input: usage.input_tokens + cached + (usage.cache_creation_input_tokens ?? 0),
    cached,
    output: usage.output_tokens,
  };
}

async function askGemini(
  google: GoogleGenAI,
  model: string,
  { system, turns, tools, schema }: Question,
  isStream: boolean,
): Promise<Got> {
  const contents = turns.map((turn) => {
    const parts: Part[] = [];
    if (turn.from === 'user') {
      parts.push({ text: turn.text });
      if (turn.imageBase64 !== undefined)
        parts.push({ inlineData: { mimeType: 'image/png', data: turn.imageBase64 } });
      if (turn.pdfBase64 !== undefined)
        parts.push({ inlineData: { mimeType: 'application/pdf', data: turn.pdfBase64 } });
    } else if (turn.from === 'model') {
      if (turn.text !== undefined) parts.push({ text: turn.text });
      for (const { name, input } of turn.calls) parts.push({ functionCall: { name, args: input } });
    } else {
      for (const { name, text } of turn.results)
        parts.push(createPartFromFunctionResponse('', name, { output: text }));
    }
    return { role: turn.from === 'model' ? 'model' : 'user', parts };
  });
  const request = {
    model,
    contents,
    config: {
      maxOutputTokens: 500,
      thinkingConfig: { includeThoughts: true },
      ...(system !== undefined && { systemInstruction: system }),
      ...(tools !== undefined && {
        tools: [
          {
            functionDeclarations: tools.map(({ name, description, parameters }) => ({
              name,
              description,
              parametersJsonSchema: parameters,
            })),
          },
        ],
        toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.AUTO } },
      }),
      ...(schema !== undefined && {
        responseMimeType: 'application/json',
        responseJsonSchema: schema,
      }),
    },
  };
  const answers = isStream
    ? await collect(await google.models.generateContentStream(request))
    : [await google.models.generateContent(request)];
  const parts = answers.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
  const calls = parts.flatMap(({ functionCall }) =>
    functionCall === undefined ? [] : [{ name: functionCall.name ?? '', input: functionCall.args }],
  );
  const usage = answers.findLast((one) => one.usageMetadata !== undefined)?.usageMetadata;
  const finish = answers.at(-1)?.candidates?.[0]?.finishReason;
  const join = (isThought: boolean): string =>
    parts
      .filter(({ thought = false }) => thought === isThought)
      .map(({ text = '' }) => text)
      .join('');
  return {
    text: join(false),
    thoughts: join(true),
    calls,
    end: finish === FinishReason.MAX_TOKENS ? 'length' : calls.length > 0 ? 'calls' : 'stop',
    input: usage?.promptTokenCount ?? -1,
    cached: usage?.cachedContentTokenCount ?? 0,
    output: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
  };
}

async function collect<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

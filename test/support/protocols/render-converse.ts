import { encodeEvent } from './render-bedrock.ts';
import { halves } from './render-chat.ts';
import { bill, type Answer } from './scene.ts';

const ends = { stop: 'end_turn', length: 'max_tokens', calls: 'tool_use' } as const;

/** Cached tokens are counted apart, as Anthropic does; thoughts are not. */
const usage = {
  inputTokens: bill.input - bill.cached,
  outputTokens: bill.output,
  cacheReadInputTokens: bill.cached,
  cacheWriteInputTokens: 0,
  totalTokens: bill.input + bill.output,
};

/** A signature as only the model behind Converse could have made it. */
const signature = 'bm92YS1zaWduZWQ=';

/** As Bedrock's Converse answers. */
export function renderConverse({ thoughts, text, calls, end }: Answer): object {
  const content = [
    ...(thoughts === undefined
      ? []
      : [{ reasoningContent: { reasoningText: { text: thoughts, signature } } }]),
    ...(text === undefined ? [] : [{ text }]),
    ...(calls ?? []).map(({ id, name, input }) => ({ toolUse: { toolUseId: id, name, input } })),
  ];
  return {
    output: { message: { role: 'assistant', content } },
    stopReason: ends[end],
    usage,
    metrics: { latencyMs: 12 },
  };
}

/** As ConverseStream sends it: blocks of text begin with their first delta, and the usage comes behind the end. */
export function streamConverse({ thoughts, text, calls, end }: Answer): Uint8Array[] {
  const events: [string, object][] = [['messageStart', { role: 'assistant' }]];
  let contentBlockIndex = 0;
  const addBlock = (deltas: readonly object[], start?: object): void => {
    if (start !== undefined) events.push(['contentBlockStart', { contentBlockIndex, start }]);
    for (const delta of deltas) events.push(['contentBlockDelta', { contentBlockIndex, delta }]);
    events.push(['contentBlockStop', { contentBlockIndex }]);
    contentBlockIndex += 1;
  };
  if (thoughts !== undefined)
    addBlock([
      ...halves(thoughts).map((piece) => ({ reasoningContent: { text: piece } })),
      { reasoningContent: { signature } },
    ]);
  if (text !== undefined) addBlock(halves(text).map((piece) => ({ text: piece })));
  for (const { id, name, input } of calls ?? [])
    addBlock(
      halves(JSON.stringify(input)).map((piece) => ({ toolUse: { input: piece } })),
      { toolUse: { toolUseId: id, name } },
    );
  events.push(['messageStop', { stopReason: ends[end] }]);
  events.push(['metadata', { usage, metrics: { latencyMs: 12 } }]);
  return events.map(([type, payload]) => encodeEvent(type, { ...payload, p: 'abcdefgh' }));
}

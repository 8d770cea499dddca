import type { Dialect } from '../../codec.ts';
import { asArray, asObject, asText, parseJson, type JsonObject } from '../../wire/json-object.ts';
import { parseSseFrame } from '../../wire/sse-frame.ts';
import { CallNumbers } from './call-numbers.ts';
import { readChunkError } from './read-chunk-error.ts';

/**
 * Makes chunks of vendors who take chat's form lightly such that OpenAI's own clients get along with them: these want a
 * role first, calls of tools numbered from zero without a gap and with their type, a list of choices in every chunk, and a
 * reason to finish last. One that says that the answer was broken off becomes an error. Frames that are in order stay the bytes that they were. One per stream.
 */
export class ChunkRepair {
  /** Choices that have said their role, and how they ended. */
  readonly #choices = new Map<number, { hasFinish: boolean; calls: CallNumbers }>();
  #head: JsonObject = {};

  /** @param frame one server-sent event, whole */
  push(given: Buffer): readonly Buffer[] {
    const frame = withoutByteOrderMark(given);
    const text = frame.toString('latin1');
    if (this.#choices.size > 0 && !isSuspect(text)) return [frame];
    const parsed = parseSseFrame(frame);
    const { event, data } = parsed;
    if (data === undefined || event === 'error') return [frame];
    // Clients parse whatever is data, an empty line and a sign of life too.
    if (data.trim() === '' || event === 'ping') return [];
    if (data.trim() === '[DONE]') return [...this.#missingEnds(), frame];
    const chunk = asObject(parseJson(data));
    if (chunk === undefined || asObject(chunk['error']) !== undefined) return [frame];
    // The tap behind looks at what calls itself an error, not at every reason to finish, nor at vendors' own members.
    if (readChunkError(parsed, chunk, noDialect) !== undefined)
      return [toFrame(chunk, 'event: error\n')];
    const repaired = this.#repair(chunk);
    return repaired === chunk ? [frame] : [toFrame(repaired)];
  }

  /** Ends for the choices that never said how they ended; to be sent where the stream ends without its marker. */
  #missingEnds(): readonly Buffer[] {
    const open = [...this.#choices].filter(([, { hasFinish }]) => !hasFinish);
    if (open.length === 0) return [];
    const choices = open.map(([index, { calls }]) => ({
      index,
      delta: {},
      finish_reason: calls.count > 0 ? 'tool_calls' : 'stop',
    }));
    return [toFrame({ ...this.#head, choices })];
  }

  #repair(chunk: JsonObject): JsonObject {
    const { choices, usage } = chunk;
    const isWhole = chunk['object'] === 'chat.completion';
    // MiniMax closes with the whole answer once more: only its figures are news.
    if (isWhole && this.#choices.size > 0)
      return { ...this.#head, choices: [], ...(asObject(usage) !== undefined && { usage }) };
    // Figures alone, or a vendor's own message: clients go through the choices of each.
    if (!Array.isArray(choices)) return { ...chunk, choices: [] };
    if (choices.length === 0) return chunk;
    const { id, created, model } = chunk;
    const object = isWhole ? 'chat.completion.chunk' : chunk['object'];
    this.#head = { id, object, created, model };
    const repaired = choices.map((choice, place) => this.#repairChoice(asObject(choice), place));
    const isSame = !isWhole && repaired.every((choice, place) => choice === choices[place]);
    return isSame ? chunk : { ...chunk, object, choices: repaired };
  }

  #repairChoice(choice: JsonObject | undefined, place: number): JsonObject | undefined {
    if (choice === undefined) return choice;
    const index = typeof choice['index'] === 'number' ? choice['index'] : place;
    const known = this.#choices.get(index);
    const state = known ?? { hasFinish: false, calls: new CallNumbers() };
    this.#choices.set(index, state);
    if (asText(choice['finish_reason']) !== undefined) state.hasFinish = true;
    const delta = asObject(choice['delta']);
    const { message, ...rest } = choice;
    const repaired = repairDelta(
      delta ?? asObject(message) ?? {},
      known === undefined,
      state.calls,
    );
    if (repaired === delta && choice['index'] === index) return choice;
    return { ...(delta === undefined ? rest : choice), index, delta: repaired };
  }
}

/** Native searches for what only chunks with something to look at have. */
function isSuspect(text: string): boolean {
  return (
    text.includes('tool_calls"') ||
    text.includes('[DONE]') ||
    finishReason.test(text) ||
    !text.includes('"choices"') ||
    !text.includes('"delta"') ||
    !text.includes('"index"') ||
    noDelta.test(text) ||
    text.startsWith('event:')
  );
}

const finishReason = /"finish_reason"\s*:\s*"/;
const noDelta = /"delta"\s*:\s*null/;

const byteOrderMark = Buffer.from('\ufeff');

/** It may stand at the start of a stream; not every client knows that. */
function withoutByteOrderMark(frame: Buffer): Buffer {
  const isMarked = frame[0] === byteOrderMark[0] && frame.subarray(0, 3).equals(byteOrderMark);
  return isMarked ? frame.subarray(3) : frame;
}

function repairDelta(delta: JsonObject, isFirst: boolean, numbers: CallNumbers): JsonObject {
  const calls = asArray(delta['tool_calls']);
  const numbered = calls.map((call, place) => numbers.repair(asObject(call) ?? {}, place));
  const isNumbered = numbered.every((call, place) => call === calls[place]);
  const lacksRole = isFirst && delta['role'] !== 'assistant';
  if (isNumbered && !lacksRole) return delta;
  return {
    ...(lacksRole && { role: 'assistant' }),
    ...delta,
    ...(lacksRole && { role: 'assistant' }),
    ...(!isNumbered && { tool_calls: numbered }),
  };
}

const noDialect: Dialect = { streamUsage: 'never' };

function toFrame(chunk: JsonObject, before = ''): Buffer {
  return Buffer.from(`${before}data: ${JSON.stringify(chunk)}\n\n`);
}

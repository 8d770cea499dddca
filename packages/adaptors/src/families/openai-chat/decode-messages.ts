import type { InstructionPart, OpaqueState, Part, ToolKind, Turn } from '@turnpike/core';
import { placeholderCallId } from '../../translate/call-ids.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { decodeContent, readCacheMark } from './decode-content.ts';
import { decodeReasoning } from './decode-reasoning.ts';
import { refuse } from './refuse.ts';

const family = 'openai-chat';

export interface DecodedMessages {
  instructions: readonly InstructionPart[];
  turns: readonly Turn[];
}

/**
 * Reads a chat's messages. Every turn is one message, and keeps it as its origin; the parts of one leading message share
 * their origin, which is how they are told from those of the next.
 *
 * @throws `invalid_request` with `param` for what is no message
 */
export function decodeMessages(messages: unknown): DecodedMessages {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw refuse('messages', 'must be a list with at least one message', '必须是非空列表');
  }
  const reader = new MessageReader();
  messages.forEach((message, index) => {
    reader.read(message, `messages[${index}]`);
  });
  return { instructions: reader.instructions, turns: reader.turns };
}

/** Calls that were made so far, so that results know their tool. */
class MessageReader {
  readonly instructions: InstructionPart[] = [];
  readonly turns: Turn[] = [];
  readonly #calls = new Map<string, { name: string; tool: ToolKind }>();
  /** Calls of the old form, which had no ids: results are matched by name, in order. */
  readonly #nameless: { name: string; callId: string }[] = [];

  read(value: unknown, at: string): void {
    const raw = asObject(value);
    if (raw === undefined) throw refuse(at, 'must be an object', '必须是对象');
    const origin = { family, raw } as const;
    const { role } = raw;
    switch (role) {
      case 'system':
      case 'developer': {
        const parts = markLast(decodeContent(raw['content'], `${at}.content`), raw);
        if (this.turns.length > 0) this.turns.push({ role, parts, origin });
        else this.instructions.push(...parts.map((part) => ({ ...part, role, origin })));
        return;
      }
      case 'user': {
        const parts = markLast(decodeContent(raw['content'], `${at}.content`), raw);
        this.turns.push(defined({ role, parts, name: asText(raw['name']), origin }));
        return;
      }
      case 'assistant':
        this.turns.push({ role, parts: this.#readAssistant(raw, at), origin });
        return;
      case 'tool':
      case 'function':
        this.turns.push({ role: 'tool', parts: [this.#readResult(raw, at)], origin });
        return;
      default:
        throw refuse(
          `${at}.role`,
          'must be one of system, developer, user, assistant, tool, function',
          '必须是 system、developer、user、assistant、tool 或 function',
        );
    }
  }

  #readAssistant(raw: JsonObject, at: string): Part[] {
    const refusal = asText(raw['refusal']);
    const audio = asObject(raw['audio']);
    return [
      ...decodeReasoning(raw),
      ...markLast(decodeContent(raw['content'], `${at}.content`), raw),
      ...(refusal === undefined ? [] : [{ kind: 'refusal' as const, text: refusal }]),
      ...(audio === undefined
        ? []
        : [{ kind: 'provider-item' as const, family, itemType: 'audio', raw: audio } as const]),
      ...asArray(raw['images']).flatMap((image) => decodeContent([image], `${at}.images`)),
      ...asArray(raw['tool_calls']).map((call, index) =>
        this.#readCall(call, `${at}.tool_calls[${index}]`),
      ),
      ...this.#readFunctionCall(asObject(raw['function_call'])),
    ];
  }

  #readCall(value: unknown, at: string): Part {
    const raw = asObject(value);
    const called = asObject(raw?.['function']) ?? asObject(raw?.['custom']);
    const name = asText(called?.['name']);
    if (raw === undefined || called === undefined || name === undefined) {
      throw refuse(at, 'must name the function that is called', '必须指明被调用的函数');
    }
    const tool = raw['custom'] === undefined ? 'function' : 'custom';
    const callId = asText(raw['id']) ?? placeholderCallId(name, this.#calls.size);
    this.#calls.set(callId, { name, tool });
    const input = called['arguments'] ?? called['input'];
    const text = typeof input === 'string' ? input : JSON.stringify(input ?? {});
    const state = readCallState(raw);
    return {
      kind: 'tool-call',
      callId,
      name,
      tool,
      ...(tool === 'custom' ? { input: text } : { argumentsJson: text }),
      ...(state !== undefined && { state: [state] }),
      origin: { family, raw },
    };
  }

  #readFunctionCall(call: JsonObject | undefined): Part[] {
    const name = asText(call?.['name']);
    if (call === undefined || name === undefined) return [];
    const callId = placeholderCallId(name, this.#nameless.length + this.#calls.size);
    this.#nameless.push({ name, callId });
    this.#calls.set(callId, { name, tool: 'function' });
    const input = call['arguments'];
    const argumentsJson = typeof input === 'string' ? input : '{}';
    return [{ kind: 'tool-call', callId, name, tool: 'function', argumentsJson }];
  }

  #readResult(raw: JsonObject, at: string): Part {
    const callId = asText(raw['tool_call_id']) ?? this.#claimNameless(asText(raw['name']));
    if (callId === undefined) {
      throw refuse(
        `${at}.tool_call_id`,
        'must name the call that is answered',
        '必须指明所回应的调用',
      );
    }
    const call = this.#calls.get(callId);
    return defined({
      kind: 'tool-result' as const,
      callId,
      name: call?.name ?? asText(raw['name']),
      tool: call?.tool ?? ('function' as const),
      content: decodeContent(raw['content'], `${at}.content`),
      cache: readCacheMark(raw),
      origin: { family, raw } as const,
    });
  }

  #claimNameless(name: string | undefined): string | undefined {
    const found = this.#nameless.findIndex((call) => call.name === name);
    return found < 0 ? undefined : this.#nameless.splice(found, 1)[0]?.callId;
  }
}

/** A cache mark on the message stands behind its last part. */
function markLast(parts: Part[], raw: JsonObject): Part[] {
  const cache = readCacheMark(raw);
  const last = parts.at(-1);
  if (cache === undefined || last === undefined) return parts;
  return [...parts.slice(0, -1), { ...last, cache }];
}

/** The shape that Google's compatibility layer has for what must come back with a call. */
function readCallState(raw: JsonObject): OpaqueState | undefined {
  const extra = asObject(asObject(raw['extra_content'])?.['google']);
  const value = asText(extra?.['thought_signature']);
  return value === undefined ? undefined : { family, kind: 'thought-signature', value };
}

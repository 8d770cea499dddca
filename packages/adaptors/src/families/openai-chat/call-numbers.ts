import { asObject, asText, type JsonObject } from '../../wire/json-object.ts';

/**
 * Numbers the calls of one choice from zero, in the order in which they begin. A call is known by its index, or by the id
 * that begins it; a new id under a known index is another call, because some vendors give all of them the same one.
 */
export class CallNumbers {
  readonly #numbers = new Map<string, { number: number; id: string | undefined }>();
  #last = -1;
  count = 0;

  /** The fragment as OpenAI would write it; the same object where it is in order. */
  repair(call: JsonObject, place: number): JsonObject {
    const { index, function: called } = call;
    const id = asText(call['id']);
    const isNew = this.#isNew(index, id, asText(asObject(called)?.['name']));
    const number = isNew ? this.#begin(index, id, place) : this.#find(index, id);
    this.#last = number;
    const text = argumentsOf(called);
    const hasType = asText(call['type']) !== undefined || !isNew;
    const isRepeated = !isNew && (id !== undefined || nameOf(called) !== undefined);
    const isSame = index === number && hasType && !isRepeated && text === undefined;
    if (isSame) return call;
    const { id: _id, function: _function, ...rest } = call;
    return {
      ...rest,
      index: number,
      ...(isNew && { id: id ?? `call_${number}`, type: call['type'] ?? 'function' }),
      ...(called !== undefined && { function: toFunction(called, isNew, text) }),
    };
  }

  #isNew(index: unknown, id: string | undefined, name: string | undefined): boolean {
    if (this.count === 0) return true;
    if (typeof index !== 'number') return id === undefined ? name !== undefined : !this.#knows(id);
    const known = this.#numbers.get(`#${index}`);
    if (known === undefined) return true;
    return id !== undefined && name !== undefined && known.id !== undefined && known.id !== id;
  }

  #knows(id: string): boolean {
    return [...this.#numbers.values()].some((call) => call.id === id);
  }

  #begin(index: unknown, id: string | undefined, place: number): number {
    const number = this.count++;
    const key = typeof index === 'number' ? `#${index}` : (id ?? `${number}.${place}`);
    this.#numbers.set(key, { number, id });
    return number;
  }

  #find(index: unknown, id: string | undefined): number {
    if (typeof index === 'number') return this.#numbers.get(`#${index}`)?.number ?? this.#last;
    const named = [...this.#numbers.values()].find((call) => id !== undefined && call.id === id);
    return named?.number ?? this.#last;
  }
}

function nameOf(called: unknown): string | undefined {
  return asText(asObject(called)?.['name']);
}

/** Arguments that are no text yet, as text. */
function argumentsOf(called: unknown): string | undefined {
  const value = asObject(called)?.['arguments'];
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined;
}

/** Name and id are said once: clients that put fragments together would say them twice. */
function toFunction(called: unknown, isNew: boolean, text: string | undefined): JsonObject {
  const { name, ...rest } = asObject(called) ?? {};
  return {
    ...(isNew && { name }),
    ...rest,
    ...(text !== undefined && { arguments: text }),
  };
}

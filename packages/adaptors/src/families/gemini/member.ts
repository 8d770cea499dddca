import { asObject, type JsonObject } from '../../wire/json-object.ts';

const snakeNames = new Map<string, string>();

/** A member under its camel-case name or its snake-case one: Google's servers take both, and so do its clients. */
export function member(object: unknown, name: string): unknown {
  const found = asObject(object);
  if (found === undefined) return undefined;
  return found[name] ?? found[snakeNameOf(name)];
}

/** The same, where it is an object. */
export function objectMember(object: unknown, name: string): JsonObject | undefined {
  return asObject(member(object, name));
}

/** The same, where it is text that is not empty. */
export function textMember(object: unknown, name: string): string | undefined {
  const value = member(object, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The same, where it is a number. Clients of protocol buffers write large numbers as text. */
export function numberMember(object: unknown, name: string): number | undefined {
  const value = member(object, name);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export function snakeNameOf(name: string): string {
  let snake = snakeNames.get(name);
  if (snake === undefined) {
    snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    snakeNames.set(name, snake);
  }
  return snake;
}

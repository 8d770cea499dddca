import { asArray } from '../../wire/json-object.ts';

/** A vector as an upstream wrote it: numbers, or little-endian 32-bit floats in base64. Undefined for anything else. */
export function readVector(value: unknown): readonly number[] | undefined {
  if (typeof value === 'string') return decodeVector(value);
  const numbers = asArray(value);
  return Array.isArray(value) && numbers.every((one) => typeof one === 'number')
    ? numbers
    : undefined;
}

/** All vectors of a list; undefined where one of them is none. */
export function readVectors(list: unknown): readonly (readonly number[])[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const vectors = list.map(readVector);
  return vectors.every((vector) => vector !== undefined) ? vectors : undefined;
}

/** As the official SDKs ask for it and decode it. */
export function encodeVector(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}

function decodeVector(text: string): readonly number[] {
  const bytes = Buffer.from(text, 'base64');
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) =>
    bytes.readFloatLE(index * 4),
  );
}

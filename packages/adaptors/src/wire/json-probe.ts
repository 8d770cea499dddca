import { isGatewayError } from '@turnpike/core';
import { JsonScanner } from './json-scanner.ts';
import { readString, type JsonMember, type MediaCounts } from './json-member.ts';

/** A JSON object seen at depth 1: nothing below was built, every byte was checked for structure. */
export class JsonProbe {
  readonly body: Buffer;
  readonly members: readonly JsonMember[];
  readonly media: MediaCounts;
  /** Offset just behind the root's `{`. */
  readonly openEnd: number;

  constructor(
    body: Buffer,
    members: readonly JsonMember[],
    facts: { media: MediaCounts; openEnd: number },
  ) {
    this.body = body;
    this.members = members;
    this.media = facts.media;
    this.openEnd = facts.openEnd;
  }

  /** The member that a parser which keeps the last duplicate would read. */
  last(key: string): JsonMember | undefined {
    for (let index = this.members.length - 1; index >= 0; index--) {
      const member = this.members[index];
      if (member?.key === key) return member;
    }
    return undefined;
  }

  /** Those of `keys` that occur more than once. */
  duplicatesAmong(keys: ReadonlySet<string>): readonly string[] {
    let duplicates: Set<string> | undefined;
    for (const member of this.members) {
      const { key } = member;
      if (keys.has(key) && this.last(key) !== member) (duplicates ??= new Set()).add(key);
    }
    return duplicates === undefined ? [] : [...duplicates];
  }

  /**
   * Keys that are not among `keys` but equal one of them in a reader that ignores case (Go's decoder does, with
   * Unicode folding: `Model`, and the long s and the Kelvin sign too).
   */
  caseVariantsOf(keys: ReadonlySet<string>): readonly string[] {
    const variants: string[] = [];
    for (const { key } of this.members) {
      if (!keys.has(key) && !plainKey.test(key) && keys.has(foldCase(key))) variants.push(key);
    }
    return variants;
  }

  /** The value where it is a scalar (numbers as JavaScript reads them); undefined for objects, arrays and no member. */
  scalar(member: JsonMember | undefined): string | number | boolean | null | undefined {
    switch (member?.kind) {
      case 'string':
        return readString(this.body, member.valueStart, member.valueEnd);
      case 'number':
        return Number(this.text(member));
      case 'boolean':
        return member.valueEnd - member.valueStart === 4;
      case 'null':
        return null;
      default:
        return undefined;
    }
  }

  /** The value's bytes as text, exactly as they are in the body. */
  text(member: JsonMember): string {
    return this.body.toString('utf8', member.valueStart, member.valueEnd);
  }

  byteLength(member: JsonMember | undefined): number {
    return member === undefined ? 0 : member.valueEnd - member.valueStart;
  }

  /** Whether an array or object has nothing in it. */
  isEmpty(member: JsonMember): boolean {
    let offset = member.valueStart + 1;
    while (isSpace(this.body[offset])) offset++;
    return offset === member.valueEnd - 1;
  }
}

/**
 * Reads the top level of a JSON object in one pass, without building anything below it. Nesting of any depth up to
 * 512 levels and any number of nested keys cost no memory.
 *
 * @throws `invalid_json` with what is wrong and at which byte
 */
export function probeJson(body: Buffer): JsonProbe {
  const { members, openEnd, media } = new JsonScanner(body).scanObject();
  return new JsonProbe(body, members, { media, openEnd });
}

/** Like {@link probeJson}, for bodies that may be something else than a JSON object: undefined then. */
export function tryProbeJson(body: Buffer): JsonProbe | undefined {
  try {
    return probeJson(body);
  } catch (error) {
    if (isGatewayError(error)) return undefined;
    throw error;
  }
}

const plainKey = /^[a-z0-9_]*$/;

/** Lower case by way of upper case, so that characters which only fold in one direction meet too. */
function foldCase(key: string): string {
  return key.toLowerCase().toUpperCase().toLowerCase();
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

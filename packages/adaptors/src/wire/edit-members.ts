import { probeJson, type JsonProbe } from './json-probe.ts';
import { spliceJson, type SpliceEdit } from './splice-json.ts';

/** Changes of members at any depth of objects. What is deleted goes first, then is set, then are defaults. */
export interface MemberEdits {
  deletes: readonly string[];
  /** Name → JSON text. */
  sets: ReadonlyMap<string, string>;
  /** Where the body has no such member: name → JSON text. */
  defaults: ReadonlyMap<string, string>;
  /** Of objects within; one that is absent is made where something is written into it. */
  nested: ReadonlyMap<string, MemberEdits>;
}

/** All the names under which readers of a body look for a member. */
export type NamesOf = (name: string) => readonly string[];

export interface EditedMembers {
  /** The body itself where nothing changed. */
  body: Buffer;
  /** Paths of members that were there and are not any more. */
  dropped: readonly string[];
}

/**
 * Edits a JSON object on its bytes: whatever is not named keeps them, and new values have the text that they came with.
 *
 * @param namesOf where one member has several names; the body's spelling is kept
 * @throws `invalid_json` for what is no JSON object
 */
export function editMembers(
  body: Buffer,
  edits: MemberEdits,
  namesOf: NamesOf = (name) => [name],
): EditedMembers {
  const dropped: string[] = [];
  const edited = new Editor(namesOf, dropped).edit(body, edits, '');
  return { body: edited, dropped };
}

class Editor {
  readonly #namesOf: NamesOf;
  readonly #dropped: string[];

  constructor(namesOf: NamesOf, dropped: string[]) {
    this.#namesOf = namesOf;
    this.#dropped = dropped;
  }

  /** @param at where the object is: empty, or a path that ends in a dot */
  edit(body: Buffer, edits: MemberEdits, at: string): Buffer {
    const own = this.#editOwn(body, edits, at);
    return edits.nested.size === 0 ? own : this.#editNested(own, edits, at);
  }

  #editOwn(body: Buffer, { deletes, sets, defaults }: MemberEdits, at: string): Buffer {
    if (deletes.length + sets.size + defaults.size === 0) return body;
    const probe = probeJson(body);
    const edits: SpliceEdit[] = [];
    for (const name of deletes) edits.push(...this.#delete(probe, name, at));
    for (const [name, json] of sets)
      edits.push({ op: 'set', key: this.#spelling(probe, name), json });
    for (const [name, json] of defaults)
      edits.push({ op: 'default', key: this.#spelling(probe, name), json });
    return splice(probe, edits);
  }

  #delete(probe: JsonProbe, name: string, at: string): SpliceEdit[] {
    const present = this.#namesOf(name).filter((key) => probe.last(key) !== undefined);
    if (present.length > 0) this.#dropped.push(at + name);
    return present.map((key) => ({ op: 'delete', key }));
  }

  #editNested(body: Buffer, { nested }: MemberEdits, at: string): Buffer {
    const probe = probeJson(body);
    const edits: SpliceEdit[] = [];
    for (const [name, inner] of nested) {
      const key = this.#spelling(probe, name);
      const member = probe.last(key);
      const isObject = member?.kind === 'object';
      // A value of another kind is the client's choice, unless something is to be there whatever it chose.
      if (!isObject && member !== undefined && !setsAnything(inner)) continue;
      const before = isObject
        ? probe.body.subarray(member.valueStart, member.valueEnd)
        : emptyObject;
      const after = this.edit(before, inner, `${at}${name}.`);
      if (after !== before) edits.push({ op: 'set', key, json: after.toString('utf8') });
    }
    return splice(probe, edits);
  }

  #spelling(probe: JsonProbe, name: string): string {
    return this.#namesOf(name).find((key) => probe.last(key) !== undefined) ?? name;
  }
}

const emptyObject = Buffer.from('{}');

function setsAnything({ sets, nested }: MemberEdits): boolean {
  return sets.size > 0 || [...nested.values()].some(setsAnything);
}

function splice(probe: JsonProbe, edits: readonly SpliceEdit[]): Buffer {
  if (edits.length === 0) return probe.body;
  const { slices, byteLength } = spliceJson(probe, edits);
  const isSame = slices.length === 1 && slices[0]?.length === probe.body.length;
  return isSame ? probe.body : Buffer.concat(slices, byteLength);
}

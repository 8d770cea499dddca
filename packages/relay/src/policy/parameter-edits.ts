import type { MemberEdits } from '@turnpike/adaptors';

/** Collects changes by path, and makes a tree of them. */
export class EditList {
  readonly #root = emptyNode();

  /** @param json the value's text */
  add(list: 'sets' | 'defaults', path: string, json: string): void {
    const [node, name] = this.#find(path);
    node[list].set(name, json);
  }

  delete(path: string): void {
    const [node, name] = this.#find(path);
    if (!node.deletes.includes(name)) node.deletes.push(name);
  }

  build(): MemberEdits {
    return this.#root;
  }

  /** The object that a path leads into, and the last name of it. */
  #find(path: string): [Node, string] {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let node = this.#root;
    for (const name of names) {
      let next = node.nested.get(name);
      if (next === undefined) node.nested.set(name, (next = emptyNode()));
      node = next;
    }
    return [node, last];
  }
}

interface Node {
  deletes: string[];
  sets: Map<string, string>;
  defaults: Map<string, string>;
  nested: Map<string, Node>;
}

function emptyNode(): Node {
  return { deletes: [], sets: new Map(), defaults: new Map(), nested: new Map() };
}

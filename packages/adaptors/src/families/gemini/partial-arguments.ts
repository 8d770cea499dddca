import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';

/** A key of an object or an index of a list. */
type Step = string | number;
type Container = Record<string, unknown> | unknown[];

/** Longer lists than this are no arguments but an attack on memory. */
const maxIndex = 10_000;

/**
 * Puts arguments together that arrive as values at JSON paths (`$.recipe.steps[0]`), text in pieces. Vertex streams so
 * where a client asked for it.
 *
 * @see https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling
 */
export class PartialArguments {
  readonly #root: Record<string, unknown> = emptyObject();

  /** Takes the `partialArgs` of one frame. What cannot be placed is left out. */
  add(partialArgs: unknown): void {
    for (const piece of asArray(partialArgs).map(asObject)) {
      const steps = parsePath(piece?.['jsonPath']);
      if (piece !== undefined && steps.length > 0) this.#set(steps, piece);
    }
  }

  /** Takes members that came whole. */
  addWhole(args: JsonObject): void {
    for (const [key, value] of Object.entries(args)) this.#root[key] = value;
  }

  toJson(): string {
    return JSON.stringify(this.#root);
  }

  #set(steps: readonly Step[], piece: JsonObject): void {
    let container: Container = this.#root;
    for (const [at, step] of steps.entries()) {
      const next = steps[at + 1];
      if (next === undefined) {
        write(container, step, valueOf(piece, read(container, step)));
        return;
      }
      let inner = read(container, step);
      if (typeof inner !== 'object' || inner === null) {
        inner = typeof next === 'number' ? [] : emptyObject();
        write(container, step, inner);
      }
      container = inner as Container;
    }
  }
}

function valueOf(piece: JsonObject, before: unknown): unknown {
  if (typeof piece['stringValue'] === 'string')
    return typeof before === 'string' ? before + piece['stringValue'] : piece['stringValue'];
  return piece['numberValue'] ?? piece['boolValue'] ?? null;
}

function read(container: Container, step: Step): unknown {
  return Array.isArray(container) ? container[Number(step)] : container[String(step)];
}

function write(container: Container, step: Step, value: unknown): void {
  if (!Array.isArray(container)) container[String(step)] = value;
  else if (typeof step === 'number' && step <= maxIndex) container[step] = value;
}

/** Without a prototype: keys are the model's. */
function emptyObject(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

const stepPattern = /\.([^.[\]]+)|\[(\d+)\]|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/gy;

function parsePath(path: unknown): Step[] {
  if (typeof path !== 'string' || !path.startsWith('$')) return [];
  const steps: Step[] = [];
  stepPattern.lastIndex = 1;
  let end = 1;
  for (let match = stepPattern.exec(path); match !== null; match = stepPattern.exec(path)) {
    end = stepPattern.lastIndex;
    const index = match[2];
    steps.push(index === undefined ? (match[1] ?? match[3] ?? match[4] ?? '') : Number(index));
  }
  return end === path.length ? steps : [];
}

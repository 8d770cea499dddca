/** What an answer says, whoever reads it: what every client must have got of it in the end. */
export interface Gist {
  text: string;
  /** Without blanks: paragraphs of thoughts are joined differently by every protocol. */
  thoughts: string;
  /** A name with its namespace, `space__name`, where it has one. */
  calls: readonly { name: string; input: unknown }[];
  /** Undefined where the upstream reported nothing. */
  usage: { input: number; cached: number; output: number } | undefined;
  /** The upstream breaks off with an error. */
  fails: boolean;
}

export type Json = Readonly<Record<string, unknown>>;

export function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : {};
}

export function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** Arguments as an object; a call without any has an empty one. */
export function parseInput(json: string): unknown {
  return json.trim() === '' ? {} : (JSON.parse(json) as unknown);
}

export function withoutBlanks(words: string): string {
  return words.replace(/\s+/g, '');
}

import type { IncomingHttpHeaders } from 'node:http';

/**
 * How the simulated provider answers one request. Each member can be given, by its kebab-case name,
 * - in the channel's base URL: `http://…/sim/status=500,latency=20/v1`
 * - behind an `@` in the model's name: `gpt-4o-mini@chunks=3,delay=10`
 * - as a header: `x-sim-cut-after: 2`
 * - in the body: `"x_sim": {"cut-after": 2}` (multipart: a field `x_sim` with that JSON)
 * Later places in this list win.
 */
export interface SimulatedBehaviour {
  /** Answer with this status and an OpenAI error; 0: do not fail. */
  status: number;
  /** Fail only the first n requests that carry the same `run`; 0: every one. */
  times: number;
  run: string;
  errorCode: string;
  errorType: string;
  errorMessage: string;
  /** Seconds, sent with an error; 0: no header. */
  retryAfter: number;
  retryAfterMs: number;
  /** Milliseconds before the first byte. */
  latency: number;
  /** Milliseconds before each chunk of a stream. */
  delay: number;
  /** Tokens of the answer, one for each chunk of a stream. */
  chunks: number;
  /** Reasoning tokens that are counted but not shown. */
  reasoning: number;
  /** Prompt tokens that are reported as read from a cache. */
  cached: number;
  /** Break the connection after n content chunks (non-stream: after half the body); -1: never. */
  cutAfter: number;
  /** Send nothing more after n content chunks; -1: never; 0 without a stream: no answer at all. */
  hangAfter: number;
  /** Send an error frame after n content chunks; -1: never. */
  errorAfter: number;
  /** Send a keep-alive comment before every n-th content chunk; 0: never. */
  comments: number;
  /** Bytes of text in one single SSE line, sent in front of the other content; 0: none. */
  hugeLine: number;
  usage: 'exact' | 'none' | 'each' | 'finish';
  /** `split`: multi-byte characters are cut over two socket writes; `broken`: one is never finished. */
  utf8: '' | 'split' | 'broken';
  lineEnd: 'lf' | 'crlf';
  /** Answer 200 with an HTML page. */
  html: boolean;
  /** End without the terminal marker. */
  noDone: boolean;
  /** The last line has no line end. */
  noFinalNewline: boolean;
}

const defaults: SimulatedBehaviour = {
  status: 0,
  times: 0,
  run: '',
  errorCode: '',
  errorType: '',
  errorMessage: '',
  retryAfter: 0,
  retryAfterMs: 0,
  latency: 0,
  delay: 0,
  chunks: 12,
  reasoning: 0,
  cached: 0,
  cutAfter: -1,
  hangAfter: -1,
  errorAfter: -1,
  comments: 0,
  hugeLine: 0,
  usage: 'exact',
  utf8: '',
  lineEnd: 'lf',
  html: false,
  noDone: false,
  noFinalNewline: false,
};

const memberNames = Object.keys(defaults) as (keyof SimulatedBehaviour)[];
const memberOfName = new Map(memberNames.map((member) => [kebabCase(member), member]));

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Where a request may say how it wants to be answered. */
export interface BehaviourPlaces {
  pathText: string;
  modelText: string;
  headers: IncomingHttpHeaders;
  bodyMember: unknown;
}

/** Reads the behaviour of one request; unknown names are ignored. */
export function readBehaviour(places: BehaviourPlaces): SimulatedBehaviour {
  const given = {
    ...readList(places.pathText),
    ...readList(places.modelText),
    ...readHeaders(places.headers),
    ...readObject(places.bodyMember),
  };
  const behaviour: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    const member = memberOfName.get(name.replaceAll('_', '-'));
    if (member !== undefined) behaviour[member] = convert(value, defaults[member]);
  }
  return behaviour as unknown as SimulatedBehaviour;
}

function convert(value: string, like: string | number | boolean): string | number | boolean {
  if (typeof like === 'number') return Number.isFinite(Number(value)) ? Number(value) : like;
  if (typeof like === 'boolean') return value !== 'false' && value !== '0';
  return value;
}

function readList(text: string): Record<string, string> {
  const pairs = text.split(',').filter((part) => part.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [name.trim(), value.length === 0 ? 'true' : value.join('=').trim()];
    }),
  );
}

function readHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const prefix = 'x-sim-';
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), String(value)]),
  );
}

function readObject(member: unknown): Record<string, string> {
  if (typeof member !== 'object' || member === null) return {};
  return Object.fromEntries(Object.entries(member).map(([name, value]) => [name, String(value)]));
}

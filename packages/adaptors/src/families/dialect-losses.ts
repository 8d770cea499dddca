import type { Loss } from '@turnpike/core';
import type { JsonProbe } from '../wire/json-probe.ts';
import type { SpliceEdit } from '../wire/splice-json.ts';

/** Members that say how an answer comes, not what is in it; or that go another way, such as into the address. */
const technical: ReadonlySet<string> = new Set(['model', 'stream', 'stream_options', 'max_tokens']);

/** Without these the answer is what was asked for: at another speed or price, or not attributed to anybody. */
const hints: ReadonlySet<string> = new Set([
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'store',
  'service_tier',
  'speed',
  'inference_geo',
  'verbosity',
  'prediction',
  'metadata',
]);

/** Without these the answer is another one: the model has fewer tools, none of its files, or answers in another form. */
const decisive: ReadonlySet<string> = new Set([
  'container',
  'mcp_servers',
  'n',
  'response_format',
  'modalities',
  'audio',
  'web_search_options',
]);

const none: readonly Loss[] = [];

/** What a body loses that is passed on to a dialect which refuses some members, or some values of them. */
export function dialectLosses(edits: readonly SpliceEdit[], probe: JsonProbe): readonly Loss[] {
  if (edits.length === 0) return none;
  return edits.flatMap((edit): Loss[] => {
    if (edit.op === 'set') return [movedLoss(edit.key)];
    if (edit.op !== 'delete') return [];
    const loss = droppedLoss(edit.key, probe.scalar(probe.last(edit.key)));
    return loss === undefined ? [] : [loss];
  });
}

/**
 * What it means that an upstream does not get a member of a chat's or a message's body; undefined where it means nothing.
 *
 * @param value of the member; undefined for lists and objects that are not at hand
 */
export function droppedLoss(at: string, value?: unknown): Loss | undefined {
  if (technical.has(at) || value === null) return undefined;
  if (meansNothing.has(at) && meansNothing.get(at) === value) return undefined;
  const severity = decisive.has(at) ? 'fatal' : hints.has(at) ? 'info' : 'warn';
  return { at, what: 'dropped', severity, note: 'this upstream refuses it' };
}

/** What a member is where leaving it out means the same. */
const meansNothing: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['n', 1],
  ['logprobs', false],
  ['store', false],
  ['parallel_tool_calls', true],
  ['tool_choice', 'auto'],
  ['frequency_penalty', 0],
  ['presence_penalty', 0],
]);

export function movedLoss(at: string): Loss {
  const note = 'moved to the nearest value that this upstream accepts';
  return { at, what: 'approximated', severity: 'info', note };
}

/** What it means that an upstream does not get what a path leads to; undefined where it only says how an answer comes. */
export function pathLoss(at: string): Loss | undefined {
  if (at.endsWith('eager_input_streaming')) return undefined;
  return { at, what: 'dropped', severity: 'warn', note: 'this upstream refuses it' };
}

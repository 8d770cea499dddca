import type { Loss } from '@turnpike/core';
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
]);

/** Without these the answer is another one: the model has fewer tools, or none of its files. */
const decisive: ReadonlySet<string> = new Set(['container', 'mcp_servers']);

const none: readonly Loss[] = [];

/** What a body loses that is passed on to a dialect which refuses some members, or some values of them. */
export function dialectLosses(edits: readonly SpliceEdit[]): readonly Loss[] {
  if (edits.length === 0) return none;
  return edits.flatMap((edit): Loss[] => {
    if (edit.op === 'delete') return technical.has(edit.key) ? [] : [dropped(edit.key)];
    return edit.op === 'set' ? [moved(edit.key)] : [];
  });
}

function dropped(at: string): Loss {
  const severity = decisive.has(at) ? 'fatal' : hints.has(at) ? 'info' : 'warn';
  return { at, what: 'dropped', severity, note: 'this upstream refuses it' };
}

function moved(at: string): Loss {
  const note = 'moved to the nearest value that this upstream accepts';
  return { at, what: 'approximated', severity: 'info', note };
}

import type { PathFacts } from '../../translation.ts';
import { asObject, asText, parseJson } from '../../wire/json-object.ts';
import type { JsonProbe } from '../../wire/json-probe.ts';
import { readJsonRequest, type BodyFacts } from '../openai-chat/read-request.ts';
import { refuse } from '../openai-chat/refuse.ts';

/**
 * Reads a request of the Messages API from its probe: what prices, routes and limits it has the names of the other doors.
 *
 * @throws `invalid_request` with `param`
 */
export function readMessagesRequest(probe: JsonProbe, path: PathFacts): BodyFacts {
  const facts = readJsonRequest(path.operation, probe, path.model);
  const messages = probe.last('messages');
  if (messages === undefined || messages.kind === 'null') {
    throw refuse('messages', 'is required', '为必填项');
  }
  if (messages.kind !== 'array') throw refuse('messages', 'must be a list', '必须是列表');
  if (probe.isEmpty(messages)) throw refuse('messages', 'must not be empty', '不能为空');
  return {
    ...facts,
    hasTextOutput: path.operation === 'messages',
    // Usage is part of every stream here.
    wantsUsage: true,
    affinityKey: path.headers['x-claude-code-session-id'] ?? readUserId(probe),
  };
}

/** Requests of one conversation of Claude Code carry the same id. */
function readUserId(probe: JsonProbe): string | undefined {
  const metadata = probe.last('metadata');
  if (metadata?.kind !== 'object' || probe.byteLength(metadata) > largestMetadata) return undefined;
  return asText(asObject(parseJson(probe.text(metadata)))?.['user_id']);
}

const largestMetadata = 16 * 1024;

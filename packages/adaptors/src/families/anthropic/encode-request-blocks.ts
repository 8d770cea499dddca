import type { MediaPart, Part, ReasoningPart, ToolCallPart, ToolResultPart } from '@turnpike/core';
import type { MessagesTraits } from '../../codec.ts';
import { aliasCallId, callIdRules } from '../../translate/call-ids.ts';
import type { LossList } from '../../translate/loss-list.ts';
import { parseArguments, wrapCustomInput } from '../../translate/tool-arguments.ts';
import { defined } from '../../wire/defined.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import { isWebAddress } from '../needs-inline-media.ts';

export interface RequestBlockContext {
  traits: MessagesTraits;
  losses: LossList;
  aliasName: (name: string) => string;
  /** Scope of opaque state that the upstream accepts. */
  scope: string;
  /** Where the part is, for the losses. */
  at: string;
  isSaidByModel?: boolean;
  /** Types of documents that the upstream takes besides Anthropic's. */
  documentTypes?: ReadonlySet<string> | undefined;
}

const family = 'anthropic';

/** A part of a request as blocks; what came as a block of Anthropic's goes as it came. */
export function encodeRequestPart(part: Part, context: RequestBlockContext): JsonObject[] {
  if (part.origin?.family === family && part.kind !== 'tool-result' && part.kind !== 'tool-call') {
    noteRemoteMedia(part, context);
    return [part.origin.raw];
  }
  switch (part.kind) {
    case 'text':
    case 'refusal':
      // Blank text is refused.
      return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text, ...markOf(part) }];
    case 'media':
      return encodeMedia(part, context).map((block) => ({ ...block, ...markOf(part) }));
    case 'reasoning':
      return encodeThoughts(part, context);
    case 'tool-call':
      return encodeCall(part, context);
    case 'tool-result':
      return encodeResult(part, context);
    case 'provider-item': {
      if (part.family === family) return [part.raw as JsonObject];
      // What another model did on its way to an answer is missed less than what the user sent.
      const severity = context.isSaidByModel === true ? 'warn' : 'fatal';
      context.losses.add(severity, 'dropped', context.at, `a part of kind ${part.itemType}`);
      return [];
    }
  }
}

/** A file by address stays as it came, for which this upstream refuses the request: unless somebody fetches it first. */
export function noteRemoteMedia(part: Part, context: RequestBlockContext): void {
  if (context.traits.needsInlineMedia !== true) return;
  if (part.kind === 'tool-result')
    for (const inner of part.content) noteRemoteMedia(inner, context);
  const url = part.kind === 'media' ? part.source.url : undefined;
  if (url !== undefined && isWebAddress(url))
    context.losses.addRemote(context.at, 'this upstream takes no files by address', url, true);
}

export function markOf({ cache }: Pick<Part, 'cache'>): JsonObject {
  if (cache === undefined) return {};
  // OpenAI's marks last 30 minutes or 12 hours; here are five minutes and an hour.
  const isLong = cache.ttl === '1h' || cache.ttl === '12h';
  return { cache_control: { type: 'ephemeral', ...(isLong && { ttl: '1h' }) } };
}

/** Thoughts go back only with a signature that this upstream made; unsigned ones would be refused. */
function encodeThoughts(
  part: ReasoningPart,
  { scope, losses, at }: RequestBlockContext,
): JsonObject[] {
  const own = (part.state ?? []).filter(
    (state) => state.family === family && (state.scope === undefined || state.scope === scope),
  );
  const blocks = own.flatMap(({ kind, value }): JsonObject[] => {
    if (kind === 'redacted') return [{ type: 'redacted_thinking', data: value }];
    const thinking = part.text ?? (part.summary ?? []).join('\n\n');
    return kind === 'signature' ? [{ type: 'thinking', thinking, signature: value }] : [];
  });
  if (blocks.length === 0)
    losses.add('warn', 'dropped', `${at}.reasoning`, 'thoughts of another model');
  return blocks;
}

function encodeCall(part: ToolCallPart, context: RequestBlockContext): JsonObject[] {
  const { tool, argumentsJson, input = '', origin } = part;
  const isOwn = origin?.family === family;
  if (tool === 'hosted') {
    if (isOwn) return [origin.raw];
    context.losses.add('warn', 'dropped', `${context.at}.tool_call`, 'a step of another upstream');
    return [];
  }
  const id = aliasCallId(part.callId, callIdRules.anthropic);
  const name = context.aliasName(part.name);
  if (isOwn) return [{ ...origin.raw, id, name }];
  const json = tool === 'custom' ? wrapCustomInput(input) : argumentsJson;
  const { value, isBroken } = parseArguments(json);
  if (isBroken) {
    context.losses.add(
      'warn',
      'approximated',
      `${context.at}.tool_call`,
      'arguments that are no JSON',
    );
  }
  return [{ type: 'tool_use', id, name, input: value, ...markOf(part) }];
}

function encodeResult(part: ToolResultPart, context: RequestBlockContext): JsonObject[] {
  const { callId, content, isError, origin } = part;
  const id = aliasCallId(callId, callIdRules.anthropic);
  if (origin?.family === family) {
    noteRemoteMedia(part, context);
    return [part.tool === 'hosted' ? origin.raw : { ...origin.raw, tool_use_id: id }];
  }
  if (part.tool === 'hosted') {
    context.losses.add(
      'warn',
      'dropped',
      `${context.at}.tool_result`,
      'a step of another upstream',
    );
    return [];
  }
  // Marks inside a result are refused.
  const blocks = content.flatMap(({ cache: _, ...inner }) => encodeRequestPart(inner, context));
  const [first] = blocks;
  const isText = blocks.length === 1 && first?.['type'] === 'text';
  return [
    defined({
      type: 'tool_result',
      tool_use_id: id,
      content: blocks.length === 0 ? undefined : isText ? first['text'] : blocks,
      is_error: isError === true ? true : undefined,
      ...markOf(part),
    }),
  ];
}

const imageMimes: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
]);

function encodeMedia(part: MediaPart, context: RequestBlockContext): JsonObject[] {
  switch (part.media) {
    case 'image':
      return encodeImage(part, context);
    case 'document':
    case 'file':
      return encodeDocument(part, context);
    case 'audio':
    case 'video':
      return lose(part, context, `${part.media} is not taken here`);
  }
}

function encodeImage(part: MediaPart, context: RequestBlockContext): JsonObject[] {
  const { source, mime = 'image/png' } = part;
  if (part.detail !== undefined && part.detail !== 'auto') {
    context.losses.add('info', 'dropped', `${context.at}.detail`, 'the detail of a picture');
  }
  if (source.base64 !== undefined) {
    if (!imageMimes.has(mime)) return lose(part, context, `pictures of type ${mime} are not taken`);
    const data = { type: 'base64', media_type: mime, data: source.base64 };
    return [{ type: 'image', source: data }];
  }
  const remote = encodeAddress(part, context);
  return remote === undefined ? [] : [{ type: 'image', source: remote }];
}

function encodeDocument(part: MediaPart, context: RequestBlockContext): JsonObject[] {
  const { mime = 'application/pdf', title, filename } = part;
  const source = encodeDocumentSource(part, mime, context);
  if (source === undefined) return [];
  return [
    defined({
      type: 'document',
      source,
      title: title ?? filename,
      context: part.context,
      citations: part.hasCitations === undefined ? undefined : { enabled: part.hasCitations },
    }),
  ];
}

function encodeDocumentSource(
  part: MediaPart,
  mime: string,
  context: RequestBlockContext,
): JsonObject | undefined {
  const { base64, text } = part.source;
  if (text !== undefined) return { type: 'text', media_type: 'text/plain', data: text };
  if (base64 === undefined) return encodeAddress(part, context);
  if (mime === 'application/pdf' || context.documentTypes?.has(mime) === true)
    return { type: 'base64', media_type: mime, data: base64 };
  if (mime.startsWith('text/') || mime === 'application/json') {
    const data = Buffer.from(base64, 'base64').toString('utf8');
    return { type: 'text', media_type: 'text/plain', data };
  }
  lose(part, context, `documents of type ${mime} are not taken`);
  return undefined;
}

function encodeAddress(part: MediaPart, context: RequestBlockContext): JsonObject | undefined {
  const { url } = part.source;
  if (url === undefined) lose(part, context, 'a file that another account stores');
  else if (context.traits.needsInlineMedia === true)
    context.losses.addRemote(`${context.at}.${part.media}`, 'media must be in the request', url);
  else return { type: 'url', url };
  return undefined;
}

function lose(part: MediaPart, { losses, at }: RequestBlockContext, note: string): [] {
  losses.add('fatal', 'dropped', `${at}.${part.media}`, note);
  return [];
}

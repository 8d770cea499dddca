import type { JsonRecord, MediaPart, ToolResultPart } from '@turnpike/core';
import { aliasToolName, toolNameRules } from '../../translate/tool-names.ts';
import { asObject, parseJson } from '../../wire/json-object.ts';
import { sendsCallIds } from './encode-assistant.ts';
import type { EncodeContext } from './encode-context.ts';
import { encodeMedia } from './encode-media.ts';

/** What a tool answered. Pictures go inside from Gemini 3 on, beside it before. */
export function encodeToolResult(
  part: ToolResultPart,
  at: string,
  context: EncodeContext,
): JsonRecord[] {
  if (part.origin?.family === 'gemini') return [part.origin.raw];
  if (part.tool === 'hosted') {
    context.losses.add('warn', 'dropped', at, 'what a hosted tool of another provider answered');
    return [];
  }
  const media = part.content
    .filter((inner): inner is MediaPart => inner.kind === 'media')
    .map((inner) => encodeMedia(inner, at, context))
    .filter((encoded) => encoded !== undefined);
  const isInside = context.facts.generation === '3';
  const result = {
    functionResponse: {
      ...(sendsCallIds(context) && { id: part.callId }),
      name: aliasToolName(part.name ?? part.callId, toolNameRules.gemini),
      response: encodeAnswer(part),
      ...(isInside && media.length > 0 && { parts: media }),
    },
  };
  if (isInside || media.length === 0) return [result];
  context.losses.add('info', 'approximated', at, 'media of a tool result stand beside it');
  return [result, { text: `Media returned by ${part.name ?? 'the tool'}:` }, ...media];
}

/** An object, because Google takes nothing else. */
function encodeAnswer({ content, isError }: ToolResultPart): JsonRecord {
  const text = content
    .map((inner) => (inner.kind === 'text' || inner.kind === 'refusal' ? inner.text : ''))
    .join('');
  if (isError === true) return { error: text };
  const object = text.startsWith('{') ? asObject(parseJson(text)) : undefined;
  return object ?? { output: text };
}

import type { CanonicalRequest, InstructionPart, JsonRecord } from '@turnpike/core';
import type { PathFacts } from '../../translation.ts';
import { defined } from '../../wire/defined.ts';
import { asArray } from '../../wire/json-object.ts';
import { decodeContents, decodeParts } from './decode-contents.ts';
import { decodeOutput, decodeReasoning } from './decode-generation-config.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';
import { member, objectMember, textMember } from './member.ts';

/**
 * Decodes a `GenerateContentRequest`. Members that only Google knows, and its own words for the others, stay in `extras`.
 *
 * @throws `invalid_request` with `param` where the conversation is not what Google's clients send
 */
export function decodeGeminiRequest(given: JsonRecord, path: PathFacts): CanonicalRequest {
  // Requests to count may be wrapped.
  const body = objectMember(given, 'generateContentRequest') ?? given;
  const config = objectMember(body, 'generationConfig');
  const { contents: _, ...native } = body;
  const safety = member(body, 'safetySettings');
  const store = member(body, 'store');
  const toolChoice = decodeToolChoice(objectMember(body, 'toolConfig'));
  const reasoning = decodeReasoning(config);
  return {
    model: path.model ?? '',
    instructions: decodeInstruction(member(body, 'systemInstruction')),
    turns: decodeContents(member(body, 'contents')),
    tools: decodeTools(asArray(member(body, 'tools'))),
    output: decodeOutput(config),
    isStream: path.isStream === true,
    wantsStreamUsage: true,
    identity: defined({ cacheKey: textMember(body, 'cachedContent') }),
    extras: { gemini: native },
    ...defined({
      toolChoice,
      reasoning,
      safety: Array.isArray(safety) ? safety : undefined,
      serviceTier: textMember(body, 'serviceTier'),
      state: typeof store === 'boolean' ? { store } : undefined,
    }),
  };
}

/** A content, or text by itself. */
function decodeInstruction(value: unknown): InstructionPart[] {
  if (typeof value === 'string')
    return value === '' ? [] : [{ kind: 'text', text: value, role: 'system' }];
  const parts = decodeParts(member(value, 'parts'), 'systemInstruction');
  return parts.map((part) => ({ ...part, role: 'system' }));
}

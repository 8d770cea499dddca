import type { Candidate, CanonicalResponse, Part, StreamEvent } from '@turnpike/core';
import { unwrapCustomInput } from './tool-arguments.ts';

/** What an encoder changed about tools for one upstream, to be undone in its answer. */
export interface ToolRestoration {
  /** Names that were changed: the upstream's → the client's. */
  names: ReadonlyMap<string, string>;
  /** Tools of free text that were offered as functions, by the client's name. */
  customTools: ReadonlySet<string>;
  /** The tool that stands for structured output: its arguments are the answer. */
  answerTool?: string;
}

/** Undefined where an encoder changed nothing, which is the rule. */
export function toRestoration(changes: ToolRestoration): ToolRestoration | undefined {
  const { names, customTools, answerTool } = changes;
  return names.size === 0 && customTools.size === 0 && answerTool === undefined
    ? undefined
    : changes;
}

/** A whole answer as if the client's own tools had been offered. */
export function restoreResponse(
  response: CanonicalResponse,
  restoration: ToolRestoration,
): CanonicalResponse {
  return {
    ...response,
    candidates: response.candidates.map((candidate) => restoreCandidate(candidate, restoration)),
  };
}

function restoreCandidate(candidate: Candidate, restoration: ToolRestoration): Candidate {
  const parts = candidate.parts.map((part) => restorePart(part, restoration));
  const isAnswered = candidate.parts.some((part) => isAnswer(part, restoration));
  const { finish } = candidate;
  return {
    ...candidate,
    parts,
    finish: isAnswered && finish.reason === 'tool-calls' ? { ...finish, reason: 'stop' } : finish,
  };
}

function isAnswer(part: Part, { answerTool }: ToolRestoration): boolean {
  return part.kind === 'tool-call' && part.tool !== 'hosted' && part.name === answerTool;
}

function restorePart(part: Part, restoration: ToolRestoration): Part {
  if (part.kind !== 'tool-call' || part.tool === 'hosted') return part;
  if (isAnswer(part, restoration)) return { kind: 'text', text: part.argumentsJson ?? '' };
  const name = restoration.names.get(part.name) ?? part.name;
  if (!restoration.customTools.has(name)) {
    if (name === part.name) return part;
    const { origin: _, ...rest } = part;
    return { ...rest, name };
  }
  const { argumentsJson = '', origin: _, ...rest } = part;
  return { ...rest, name, tool: 'custom', input: unwrapCustomInput(argumentsJson) };
}

/** Does to a stream what {@link restoreResponse} does to a whole answer. One per answer. */
export class StreamRestorer {
  readonly #restoration: ToolRestoration;
  /** Arguments of custom tools, which can be unwrapped when they are complete only. */
  readonly #custom = new Map<string, string>();
  readonly #answers = new Set<string>();

  constructor(restoration: ToolRestoration) {
    this.#restoration = restoration;
  }

  push(event: StreamEvent): readonly StreamEvent[] {
    switch (event.type) {
      case 'part':
        return [this.#open(event)];
      case 'arguments':
        return this.#takeArguments(event);
      case 'end':
        return this.#close(event);
      case 'finish':
        if (event.finish.reason !== 'tool-calls' || this.#answers.size === 0) return [event];
        return [{ ...event, finish: { ...event.finish, reason: 'stop' } }];
      default:
        return [event];
    }
  }

  #open(event: Extract<StreamEvent, { type: 'part' }>): StreamEvent {
    const { header } = event;
    if (header.kind !== 'tool-call' || header.tool === 'hosted') return event;
    if (header.name === this.#restoration.answerTool) {
      this.#answers.add(keyOf(event));
      return { ...event, header: { kind: 'text' } };
    }
    const name = this.#restoration.names.get(header.name) ?? header.name;
    if (this.#restoration.customTools.has(name)) {
      this.#custom.set(keyOf(event), '');
      return { ...event, header: { ...header, name, tool: 'custom' } };
    }
    return name === header.name ? event : { ...event, header: { ...header, name } };
  }

  #takeArguments(event: Extract<StreamEvent, { type: 'arguments' }>): readonly StreamEvent[] {
    const key = keyOf(event);
    const { candidate, part, delta } = event;
    if (this.#answers.has(key)) return [{ type: 'text', candidate, part, delta }];
    const before = this.#custom.get(key);
    if (before === undefined) return [event];
    this.#custom.set(key, before + delta);
    return [];
  }

  #close(event: Extract<StreamEvent, { type: 'end' }>): readonly StreamEvent[] {
    const key = keyOf(event);
    const { final, ...rest } = event;
    const restored =
      final === undefined ? event : { ...rest, final: restorePart(final, this.#restoration) };
    const gathered = this.#custom.get(key);
    if (gathered === undefined) return [restored];
    this.#custom.delete(key);
    const { candidate, part } = event;
    return [{ type: 'arguments', candidate, part, delta: unwrapCustomInput(gathered) }, restored];
  }
}

function keyOf({ candidate, part }: { candidate: number; part: number }): string {
  return `${candidate}.${part}`;
}

import type { Annotation, OpaqueState, Part, PartHeader } from '@turnpike/core';

/** One part of an answer while it is streamed. */
export class PartBuilder {
  readonly #header: PartHeader;
  #text: string[] = [];
  /** Of speech. */
  #words: string[] = [];
  #state: OpaqueState[] | undefined;
  #annotations: Annotation[] | undefined;
  #final: Part | undefined;

  constructor(header: PartHeader) {
    this.#header = header;
  }

  addText(delta: string): void {
    this.#text.push(delta);
  }

  /** What is said in a part; of speech these are the words beside it. */
  addWords(delta: string): void {
    if (this.#header.kind === 'media') this.#words.push(delta);
    else this.#text.push(delta);
  }

  addState(state: OpaqueState): void {
    (this.#state ??= []).push(state);
  }

  addAnnotation(annotation: Annotation): void {
    (this.#annotations ??= []).push(annotation);
  }

  close(final: Part | undefined): void {
    this.#final = final;
  }

  part(): Part {
    if (this.#final !== undefined) return this.#final;
    const made = this.#build(this.#text.join(''));
    return this.#state === undefined ? made : { ...made, state: this.#state };
  }

  #build(text: string): Part {
    const header = this.#header;
    switch (header.kind) {
      case 'text':
        return {
          kind: 'text',
          text,
          ...idOf(header),
          ...(this.#annotations !== undefined && { annotations: this.#annotations }),
        };
      case 'refusal':
        return { kind: 'refusal', text, ...idOf(header) };
      case 'reasoning':
        return buildReasoning(header, text);
      case 'tool-call':
        return buildCall(header, text);
      case 'tool-result':
        return { kind: 'tool-result', callId: header.callId, tool: 'hosted', content: [] };
      case 'media':
        return {
          kind: 'media',
          media: header.media,
          ...(header.mime !== undefined && { mime: header.mime }),
          source: { base64: text },
          ...(this.#words.length > 0 && { transcript: this.#words.join('') }),
        };
      case 'provider-item':
        return { ...header };
    }
  }
}

/** A part without any text of its own is there for its state: redacted thoughts, encrypted ones. */
function buildReasoning(header: Extract<PartHeader, { kind: 'reasoning' }>, text: string): Part {
  const said = header.form === 'summary' ? { summary: [text] } : { text };
  return { kind: 'reasoning', ...idOf(header), ...(text !== '' && said) };
}

function buildCall(header: Extract<PartHeader, { kind: 'tool-call' }>, text: string): Part {
  const { callId, name, tool, hosted } = header;
  const said = tool === 'custom' ? { input: text } : { argumentsJson: text };
  return {
    kind: 'tool-call',
    callId,
    name,
    tool,
    ...(tool === 'hosted' && text === '' ? {} : said),
    ...(hosted !== undefined && { hosted }),
    ...idOf(header),
  };
}

function idOf({ id }: { id?: string }): { id?: string } {
  return id === undefined ? {} : { id };
}

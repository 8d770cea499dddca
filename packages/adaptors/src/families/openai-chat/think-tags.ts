/** A stretch of an answer's text. */
export interface TaggedText {
  isThought: boolean;
  text: string;
}

const openTag = '<think>';
const closeTag = '</think>';

/**
 * Tells thoughts from words where an upstream writes both into one text, with tags around the thoughts. A tag may be cut
 * anywhere. Only thoughts that the answer begins with count: later tags are what the model talks about.
 */
export class ThinkTagSplitter {
  #state: 'start' | 'opened' | 'thinking' | 'closed' | 'answering' = 'start';
  #held = '';

  push(text: string): readonly TaggedText[] {
    if (this.#state === 'answering') return text === '' ? [] : [{ isThought: false, text }];
    this.#held += text;
    switch (this.#state) {
      case 'start':
        return this.#start();
      case 'opened':
      case 'thinking':
        return this.#think();
      case 'closed':
        return this.#answer();
    }
  }

  /** What was held back for a tag that never came. */
  end(): readonly TaggedText[] {
    const text = this.#held;
    this.#held = '';
    return text === '' ? [] : [{ isThought: this.#state === 'thinking', text }];
  }

  #start(): readonly TaggedText[] {
    const begun = this.#held.trimStart();
    if (begun.startsWith(openTag)) {
      this.#state = 'opened';
      this.#held = begun.slice(openTag.length);
      return this.#think();
    }
    if (openTag.startsWith(begun)) return [];
    this.#state = 'answering';
    return this.end();
  }

  #think(): readonly TaggedText[] {
    if (this.#state === 'opened') {
      this.#held = trimLineFeeds(this.#held);
      if (this.#held === '') return [];
      this.#state = 'thinking';
    }
    const close = this.#held.indexOf(closeTag);
    if (close < 0) {
      const kept = beginningOf(closeTag, this.#held);
      const text = this.#held.slice(0, this.#held.length - kept);
      this.#held = this.#held.slice(text.length);
      return text === '' ? [] : [{ isThought: true, text }];
    }
    const thought = this.#held.slice(0, close);
    this.#held = this.#held.slice(close + closeTag.length);
    this.#state = 'closed';
    return [...(thought === '' ? [] : [{ isThought: true, text: thought }]), ...this.#answer()];
  }

  /** Line feeds between the tag and the words belong to neither. */
  #answer(): readonly TaggedText[] {
    this.#held = trimLineFeeds(this.#held);
    if (this.#held === '') return [];
    this.#state = 'answering';
    return this.end();
  }
}

function trimLineFeeds(text: string): string {
  return text.replace(/^[\r\n]+/, '');
}

/** How many characters at the end of a text may be the beginning of a tag. */
function beginningOf(tag: string, text: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(tag.slice(0, length))) return length;
  }
  return 0;
}

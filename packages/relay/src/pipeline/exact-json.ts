import { randomUUID } from 'node:crypto';

const number = /-?\d[\d.eE+-]*/g;

/** A parsed document whose numbers are printed as they were written. */
export interface ExactJson {
  tree: unknown;
  /** `tree` after it was changed. */
  print(): string;
}

/**
 * Parses JSON without a loss: numbers that JavaScript would print otherwise (`1.0`, more digits than it has room for) are
 * texts with a mark in the tree, and numbers again when it is printed.
 *
 * @param text valid JSON
 */
export function parseExact(text: string): ExactJson {
  const mark = `number-${randomUUID()}:`;
  let hasMarks = false;
  const marked = replaceOutsideStrings(text, (found) => {
    if (String(Number(found)) === found) return found;
    hasMarks = true;
    return `"${mark}${found}"`;
  });
  const tree = JSON.parse(marked) as unknown;
  return {
    tree,
    print() {
      const printed = JSON.stringify(tree);
      return hasMarks ? printed.replace(new RegExp(`"${mark}([^"]*)"`, 'g'), '$1') : printed;
    },
  };
}

/** One pattern for strings as well would run out of stack: pictures are strings of many megabytes. */
function replaceOutsideStrings(text: string, replace: (found: string) => string): string {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const open = text.indexOf('"', at);
    const end = open === -1 ? text.length : open;
    pieces.push(text.slice(at, end).replace(number, replace));
    at = open === -1 ? end : endOfString(text, open);
    pieces.push(text.slice(end, at));
  }
  return pieces.join('');
}

/** Offset behind the quote that closes the string which is opened at `open`. */
function endOfString(text: string, open: number): number {
  for (let quote = text.indexOf('"', open + 1); ; quote = text.indexOf('"', quote + 1)) {
    if (quote === -1) return text.length;
    let before = quote - 1;
    while (text[before] === '\\') before -= 1;
    if ((quote - before) % 2 === 1) return quote + 1;
  }
}

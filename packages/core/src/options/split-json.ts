/**
 * The items of a list, or the members of an object, each as it is written.
 *
 * @param text valid JSON of a list or an object
 */
export function splitJson(text: string): readonly string[] {
  const whole = text.trim();
  const items: string[] = [];
  let depth = 0;
  let start = 1;
  for (let at = 0; at < whole.length; at += 1) {
    const sign = whole[at];
    if (sign === '"') at = endOfString(whole, at);
    else if (sign === '{' || sign === '[') depth += 1;
    else if (sign === '}' || sign === ']') depth -= 1;
    if (depth === 0 || (depth === 1 && sign === ',')) {
      items.push(whole.slice(start, at));
      start = at + 1;
    }
  }
  return items.length === 1 && items[0]?.trim() === '' ? [] : items;
}

/** A member as {@link splitJson} gives it, in two: the name, and the value's text. */
export function splitMember(member: string): { name: string; json: string } {
  const open = member.indexOf('"');
  const close = endOfString(member, open) + 1;
  const name = JSON.parse(member.slice(open, close)) as string;
  return { name, json: member.slice(member.indexOf(':', close) + 1).trim() };
}

/** Offset of the quote that closes the string opened at `quote`. */
function endOfString(text: string, quote: number): number {
  let at = quote + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

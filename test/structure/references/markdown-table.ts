/** A table in the form that Prettier leaves alone where cells differ in width. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = [header, header.map(() => '---'), ...rows];
  return cells.map((row) => `| ${row.map(escapeCell).join(' | ')} |`).join('\n');
}

export function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

export const generatedNote =
  '<!-- Written by `npm run docs:references`; edit the source it names, not this file. -->';

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

import type { CommandFlags } from './parse-arguments.ts';

type Commands = Readonly<Record<string, { readonly text: string; readonly flags?: CommandFlags }>>;

/** The text of `--help`. */
export function renderHelp(commands: Commands): string {
  const rows: [string, string][] = [
    ...Object.entries(commands).flatMap(([name, { text, flags }]): [string, string][] => [
      [name, text],
      ...Object.entries(flags ?? {}).map(([flag, { value, text: about }]): [string, string] => [
        `  --${flag}${value === undefined ? '' : ` ${value}`}`,
        about,
      ]),
    ]),
    ['help', 'Print this text.'],
    ['version', 'Print the version.'],
  ];
  return `Turnpike, an LLM API gateway.

Usage: turnpike [command] [flags]
       npm start -- [flags]

Commands
${renderRows(rows)}

Flags
${renderRows([
  ['--port <n>', 'Port to listen on (default 3000; the variable PORT wins).'],
  ['--log-dir <dir>', 'Directory of log files (default ./logs; "" writes none).'],
  ['--demo', 'Add a simulated provider and sample data.'],
  ['--version', 'Print the version.'],
  ['--help', 'Print this text.'],
])}

Settings come from the environment and from .env: docs/reference/settings.md`;
}

function renderRows(rows: readonly [string, string][]): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, text]) => `  ${name.padEnd(width)}${text}`).join('\n');
}

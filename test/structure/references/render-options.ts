import { optionRegistry, type OptionDefinition } from '../../../packages/core/src/index.ts';
import { code, generatedNote, renderTable } from './markdown-table.ts';

type Entry = [key: string, option: OptionDefinition<unknown>];

const LONGEST_DEFAULT = 60;

const titles: Record<OptionDefinition<unknown>['section'], string> = {
  login: 'Login and registration',
  mail: 'Mail and notifications',
  site: 'Site',
  quota: 'Quota',
  pricing: 'Pricing',
  operation: 'Operation',
};

/** `docs/reference/options.md`. */
export function renderOptions(): string {
  const entries: Entry[] = Object.entries(optionRegistry);
  const sections = Object.entries(titles).flatMap(([section, title]) => {
    const members = entries.filter(([, option]) => option.section === section);
    if (members.length === 0) return [];
    const rows = members.map(([key, option]) => [
      code(key),
      describeType(option),
      describeDefault(option),
      option.en,
    ]);
    return [`## ${title}\n\n${renderTable(['Option', 'Type', 'Default', 'What it does'], rows)}`];
  });
  return `${generatedNote}

# Options

Options live in the database and are changed at run time, by \`PUT /api/option/\` as root. A change is checked first, written
to the audit log, and shows at once. Those that One API has keep its names and forms. What is read once at start is a
setting: see [settings.md](settings.md).

${sections.join('\n\n')}
`;
}

function describeType({ type, min, max, choices }: OptionDefinition<unknown>): string {
  if (choices !== undefined) return choices.map(code).join(', ');
  if (min !== undefined && max !== undefined) return `${type}, ${min} to ${max}`;
  return type === 'secret' ? 'text, never shown' : type;
}

function describeDefault(option: OptionDefinition<unknown>): string {
  const text = option.default.replaceAll('\n', ', ');
  return text.length > LONGEST_DEFAULT ? 'built-in list' : code(text);
}

import type { SettingDefinition } from '../../../packages/server/src/settings/setting-definition.ts';
import { settingsSchema } from '../../../packages/server/src/settings/settings-schema.ts';
import { code, generatedNote, renderTable } from './markdown-table.ts';

/** Section title → its settings. */
function listSections(): [string, SettingDefinition<unknown>[]][] {
  return Object.entries(settingsSchema).map(([title, section]) => [
    title,
    Object.values<SettingDefinition<unknown>>(section),
  ]);
}

/** `docs/reference/settings.md`. */
export function renderSettings(): string {
  const sections = listSections().map(([title, settings]) => {
    const rows = settings.map((setting) => [
      code(setting.variable),
      describeDefault(setting),
      describeRole(setting),
      `${setting.text} Expects ${setting.format.expected}.`,
    ]);
    return `## ${title}\n\n${renderTable(['Variable', 'Default', 'Read by', 'What it does'], rows)}`;
  });
  return `${generatedNote}

# Settings

Settings are environment variables, read once at start from the environment and from a file \`.env\` in the working directory
(variables that exist win). An empty variable is an unset one. A wrong value stops the start, with every problem listed.
A plain number has the unit that One API gives it; durations can also be written as \`500ms\`, \`30s\`, \`5m\`, \`1h\` and sizes as
\`512kb\`, \`10mb\`. \`turnpike check-settings\` prints the effective values without secrets.

What can be changed while the gateway runs is an option: see [options.md](options.md).

${sections.join('\n\n')}
`;
}

/** `.env.example`: every variable, commented out, with its default. */
export function renderEnvironmentExample(): string {
  const sections = listSections().map(([title, settings]) =>
    [
      `# --- ${title} ---`,
      ...settings.map(
        ({ variable, defaultText, text }) => `\n# ${text}\n#${variable}=${quote(defaultText)}`,
      ),
    ].join('\n'),
  );
  return `# Written by \`npm run docs:references\` from packages/server/src/settings/settings-schema.ts.
# Copy to .env and uncomment what you change. Variables of the environment win over this file.

${sections.join('\n\n')}
`;
}

function describeDefault({ defaultText, isSecret }: SettingDefinition<unknown>): string {
  if (defaultText === '') return isSecret ? 'unset (secret)' : 'unset';
  return code(defaultText);
}

function describeRole({ role, hasNoEffect }: SettingDefinition<unknown>): string {
  if (hasNoEffect) return 'nothing';
  return role === 'all' ? 'every role' : role;
}

function quote(text: string): string {
  return text.includes(' ') ? `"${text}"` : text;
}

import { managementRoutes } from '../../../packages/core/src/contract/index.ts';
import { describeAnswerShape, listInputs } from '../../../packages/core/src/index.ts';
import { code, generatedNote, renderTable } from './markdown-table.ts';

/** `docs/reference/api.md`. */
export function renderApi(): string {
  const tags = [...new Set(managementRoutes.map(({ tag }) => tag))];
  return `${generatedNote}

# Routes of the management API

Every route, from the declarations that check requests: what \`GET /api/openapi.json\` says to programs and \`/api/docs\` shows in a browser.
Conventions, paging and codes are in [the management API](management-api.md). A \`*\` marks what must be given. Where POST stands
beside GET, the GET changes something, and the POST does the same.

${tags.map(renderTag).join('\n\n')}
`;
}

function renderTag(tag: string): string {
  const rows = managementRoutes
    .filter((route) => route.tag === tag)
    .map((route) => [
      code(`${route.method.toUpperCase()}${route.alsoPost ? ', POST' : ''} ${route.path}`),
      route.role,
      route.summary,
      listInputs(route)
        .map(({ name, isRequired }) => code(name) + (isRequired ? '\\*' : ''))
        .join(', '),
      describeAnswerShape(route),
    ]);
  return `## ${tag}\n\n${renderTable(['Route', 'Role', 'What it does', 'Takes', 'Answers'], rows)}`;
}

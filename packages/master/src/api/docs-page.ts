import { describeAnswerShape, listInputs, managementErrors } from '@turnpike/core';
import { managementRoutes, type Route } from '@turnpike/core/contract';

/** The management API as one page: no script, nothing loaded from elsewhere. Codes of errors have anchors. */
export function renderDocsPage(version: string): string {
  const tags = [...new Set(managementRoutes.map(({ tag }) => tag))];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Management API</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Management API <small>${escapeHtml(version)}</small></h1>
<p>For programs: <a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3.1). Refusals have HTTP status 200 and
<code>"success": false</code> with a stable <code>code</code>; with <code>Accept: application/problem+json</code> they have
their proper status and the form of RFC 9457.</p>
<nav>${tags.map((tag) => `<a href="#${tag}">${tag}</a>`).join(' ')} <a href="#codes">codes</a></nav>
${tags.map(renderTag).join('\n')}
${renderCodes()}
</body>
</html>
`;
}

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #1d2433; }
nav a { margin-right: .8em; } small { color: #687087; font-weight: normal; }
details { border-top: 1px solid #dfe3ec; padding: .45rem 0; } summary { cursor: pointer; }
summary b { display: inline-block; min-width: 4.2em; } summary span { color: #687087; margin-left: .6em; }
code { font: 13px ui-monospace, monospace; } table { border-collapse: collapse; margin: .5rem 0; }
td, th { text-align: left; padding: .15rem 1rem .15rem 0; vertical-align: top; }
tr:target { background: #fff3c4; }
@media (prefers-color-scheme: dark) {
  body { background: #14171f; color: #d8dce6; } a { color: #8ab4ff; }
  details { border-color: #2d3342; } tr:target { background: #4a3f12; }
}`;

function renderTag(tag: string): string {
  const routes = managementRoutes.filter((route) => route.tag === tag);
  return `<h2 id="${tag}">${tag}</h2>\n${routes.map(renderRoute).join('\n')}`;
}

function renderRoute(route: Route): string {
  const method = route.method.toUpperCase() + (route.alsoPost === true ? ', POST' : '');
  return `<details id="${route.id}"><summary><b>${method}</b> <code>${escapeHtml(route.path)}</code>
<span>${escapeHtml(route.summary)}</span></summary>
<p>Role: ${route.role}. Answers: <code>${escapeHtml(describeAnswerShape(route))}</code></p>
${renderInputs(route)}</details>`;
}

function renderInputs(route: Route): string {
  const rows = listInputs(route).map(
    ({ place, name, type, isRequired }) =>
      `<tr><td>${place}</td><td><code>${escapeHtml(name)}</code>${isRequired ? ' (required)' : ''}</td>` +
      `<td>${escapeHtml(type)}</td></tr>`,
  );
  return rows.length === 0 ? '' : `<table>${rows.join('')}</table>`;
}

function renderCodes(): string {
  const rows = Object.values(managementErrors).map((makeError) => {
    const { code, status } = makeError.definition;
    const { message } = makeError({ reason: '…', what: '…', requestId: '…' });
    return `<tr id="${code}"><td><code>${code}</code></td><td>${String(status)}</td><td>${escapeHtml(message)}</td></tr>`;
  });
  return `<h2 id="codes">codes</h2>\n<table><tr><th>code</th><th>status</th><th>message</th></tr>${rows.join('\n')}</table>`;
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

import { errors } from '../../../packages/core/src/index.ts';
import { code, generatedNote, renderTable } from './markdown-table.ts';

/** `docs/reference/errors.md`. */
export function renderErrors(): string {
  const rows = Object.entries(errors).map(([name, makeError]) => {
    const { definition } = makeError;
    return [
      code(definition.code),
      String(definition.status),
      code(definition.type),
      definition.retryable ? 'yes' : 'no',
      makeError({ ...sampleDetails }).message,
      code(`errors.${name}`),
    ];
  });
  const header = ['Code', 'Status', 'Type', 'Try again', 'Message', 'In the source'];
  return `${generatedNote}

# Errors

Every error has the shape of the client's protocol; on the OpenAI doors that is
\`{"error":{"message","type","param","code"}}\`. The code is for ever: it is never renamed and never reused. Messages are
English or Chinese, by \`Accept-Language\`, and end with the request id, which is also in \`x-request-id\`. \`x-should-retry\` tells
whether the same request may succeed later, \`retry-after\` how long to wait.

To find why a request was refused, look up its code here, then search the source for the name in the last column.

${renderTable(header, rows)}
`;
}

/** Placeholders for what a message mentions. */
const sampleDetails = {
  model: '{model}',
  id: '{id}',
  param: '{param}',
  group: '{group}',
  address: '{address}',
  channel: '{channel}',
  limit: '{limit}',
  reason: '{reason}',
  route: '{route}',
  method: '{method}',
  path: '{path}',
  allowed: '{allowed}',
};

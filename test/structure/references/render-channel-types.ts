import { findProvider, listChannelTypes } from '../../../packages/adaptors/src/index.ts';
import { code, generatedNote, renderTable } from './markdown-table.ts';

/** `docs/reference/channel-types.md`. */
export function renderChannelTypes(): string {
  const known = listChannelTypes().filter(({ id }) => id !== 0);
  const served = known.flatMap(({ id }) => findProvider(id) ?? []);
  const rows = served.map(({ channelType, displayName, defaultBaseUrl }) => [
    String(channelType),
    displayName,
    code(defaultBaseUrl),
  ]);
  const unserved = known
    .filter(({ id }) => findProvider(id) === undefined)
    .map(({ id, label }) => `${String(id)} ${label}`);
  return `${generatedNote}

# Channel types

The number of a channel's \`type\` says which provider it leads to. They are those of One API. Where no address stands, it
follows from the channel's region (Bedrock, Vertex AI), or the channel needs a \`base_url\`; every channel may have one. Which models there are, the provider tells
(\`POST /api/channel/fetch_models\`); \`GET /api/models\` has the whole list for each type.
What some of them want beyond a key: [first steps](../guides/first-steps.md#what-a-provider-wants-beyond-a-key).

${renderTable(['Type', 'Provider', 'Address'], rows)}

Channels of other types are kept when a database of One API is adopted, but not used: ${unserved.join(', ')}.
`;
}

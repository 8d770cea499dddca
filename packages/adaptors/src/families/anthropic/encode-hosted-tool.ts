import type { CanonicalRequest, HostedReference } from '@turnpike/core';
import { readMcpServer, type McpServer } from '../../translate/mcp-server.ts';
import { defined } from '../../wire/defined.ts';
import type { JsonObject } from '../../wire/json-object.ts';

/** A tool that Anthropic runs, for one that another vendor would have run. */
export interface HostedTool {
  tool: JsonObject;
  /** Of `mcp_servers`. */
  server?: JsonObject;
  /** Without it the tool is refused. */
  beta?: string;
}

/** What runs as what here. Stores of files belong to one vendor's account: they have no counterpart. */
const equivalents: Readonly<Partial<Record<HostedReference['kind'], HostedTool>>> = {
  'web-search': { tool: { type: 'web_search_20250305', name: 'web_search', max_uses: 5 } },
  'url-fetch': {
    tool: { type: 'web_fetch_20250910', name: 'web_fetch', max_uses: 5 },
    beta: 'web-fetch-2025-09-10',
  },
  'code-execution': {
    tool: { type: 'code_execution_20250825', name: 'code_execution' },
    beta: 'code-execution-2025-08-25',
  },
};

/** Undefined where Anthropic has nothing like it. */
export function encodeHostedTool(
  hosted: HostedReference,
  request: Pick<CanonicalRequest, 'extras'>,
): HostedTool | undefined {
  const server = readMcpServer(hosted, request);
  return server === undefined ? equivalents[hosted.kind] : encodeServer(server);
}

function encodeServer({ name, url, token, allowed }: McpServer): HostedTool {
  const named = allowed?.map((tool) => [tool, { enabled: true }] as const);
  return {
    server: defined({ type: 'url', url, name, authorization_token: token }),
    tool: defined({
      type: 'mcp_toolset',
      mcp_server_name: name,
      default_config: named && { enabled: false },
      configs: named && Object.fromEntries(named),
    }),
    beta: 'mcp-client-2025-11-20',
  };
}

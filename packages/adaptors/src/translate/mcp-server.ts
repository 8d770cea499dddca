import type { CanonicalRequest, HostedReference, JsonRecord } from '@turnpike/core';
import { asArray, asObject, asObjects, asText, type JsonObject } from '../wire/json-object.ts';

/** A server of tools that an upstream calls by itself, in words of no protocol. It is the client's, and no vendor's account has a part in it. */
export interface McpServer {
  name: string;
  url: string;
  token?: string;
  /** Of its tools; all of them where left out. */
  allowed?: readonly string[];
}

/** Undefined where a tool is no such server, or where it wants what the other protocol has no word for. */
export function readMcpServer(
  { kind, family, raw }: HostedReference,
  { extras }: Pick<CanonicalRequest, 'extras'>,
): McpServer | undefined {
  if (kind !== 'mcp') return undefined;
  if (family === 'openai-responses') return readResponsesServer(raw);
  const name = asText(raw['mcp_server_name']);
  const server = listServers(extras).find((one) => one['name'] === name);
  return family === 'anthropic' && server !== undefined ? readToolset(raw, server) : undefined;
}

/**
 * Anthropic's older form: servers that are tools by themselves.
 *
 * @returns with undefined for each one that has no counterpart
 */
export function readBareServers({
  extras,
  tools,
}: Pick<CanonicalRequest, 'extras' | 'tools'>): readonly (McpServer | undefined)[] {
  const named = new Set(
    tools.map((tool) => (tool.kind === 'hosted' ? tool.hosted.raw['mcp_server_name'] : undefined)),
  );
  return listServers(extras)
    .filter(({ name }) => !named.has(name))
    .filter((server) => asObject(server['tool_configuration'])?.['enabled'] !== false)
    .map((server) => {
      const allowed = asObject(server['tool_configuration'])?.['allowed_tools'];
      return toServer(server['name'], server['url'], server['authorization_token'], allowed);
    });
}

function listServers(extras: CanonicalRequest['extras']): readonly JsonObject[] {
  return asObjects(extras.anthropic?.['mcp_servers']);
}

/** No other protocol asks before a call, reaches OpenAI's connectors, or sends headers of a client's own. */
function readResponsesServer(raw: JsonRecord): McpServer | undefined {
  if (raw['require_approval'] !== 'never') return undefined;
  const headers = Object.entries(asObject(raw['headers']) ?? {});
  if (headers.some(([name]) => name.toLowerCase() !== 'authorization')) return undefined;
  const [bearer] = headers.map(([, value]) => asText(value)?.replace(/^Bearer /i, ''));
  const allowed = asObject(raw['allowed_tools'])?.['tool_names'] ?? raw['allowed_tools'];
  const isFiltered = asObject(raw['allowed_tools'])?.['read_only'] !== undefined;
  if (isFiltered) return undefined;
  return toServer(raw['server_label'], raw['server_url'], raw['authorization'] ?? bearer, allowed);
}

/** Tools are named one by one, or all but some: only the former can be said elsewhere. */
function readToolset(raw: JsonRecord, server: JsonObject): McpServer | undefined {
  const isOpen = asObject(raw['default_config'])?.['enabled'] !== false;
  const configs = Object.entries(asObject(raw['configs']) ?? {});
  const isOn = (config: unknown): boolean => (asObject(config)?.['enabled'] ?? isOpen) !== false;
  const allowed = configs.filter(([, config]) => isOn(config)).map(([name]) => name);
  if (isOpen && allowed.length < configs.length) return undefined;
  const { name, url, authorization_token: token } = server;
  return toServer(name, url, token, isOpen ? undefined : allowed);
}

function toServer(
  name: unknown,
  url: unknown,
  token: unknown,
  allowed: unknown,
): McpServer | undefined {
  const known = { name: asText(name), url: asText(url), token: asText(token) };
  if (known.name === undefined || known.url === undefined) return undefined;
  return {
    name: known.name,
    url: known.url,
    ...(known.token !== undefined && { token: known.token }),
    ...(Array.isArray(allowed) && { allowed: asArray(allowed).map(String) }),
  };
}

import { findPolicyProblem, parseJsonObject } from '@turnpike/core';
import { readText, type Row } from '../../schema/read-column.ts';
import type { ImportRow, Mapped } from './import-types.ts';

/** New API's type of a channel → ours, where the numbers differ. */
const types: Readonly<Record<number, number>> = {
  4: 30, // Ollama
  26: 16, // Zhipu v4
  27: 50, // Perplexity
  34: 35, // Cohere
  35: 27, // MiniMax
  38: 50, // Jina
  39: 37, // Cloudflare
  40: 44, // SiliconFlow
  41: 42, // Vertex AI
  42: 28, // Mistral
  43: 36, // DeepSeek
  44: 50, // MokaAI
  45: 40, // Volcengine
  46: 47, // Baidu v2
  47: 50, // Xinference
  48: 45, // xAI
  49: 34, // Coze
};

/** Providers that are OpenAI-compatible channels here need the address that New API knows by itself. */
const addresses: Readonly<Record<number, string>> = {
  27: 'https://api.perplexity.ai',
  38: 'https://api.jina.ai',
  44: 'https://api.moka.ai',
};

const withoutCounterpart: Readonly<Record<number, string>> = {
  2: 'Midjourney',
  5: 'Midjourney Plus',
  36: 'Suno',
  37: 'Dify',
};

const CLOUDFLARE = 37;
const AWS = 33;
const VERTEX = 42;

/** Types that both number alike. */
function isSame(type: number): boolean {
  return (
    type === 0 ||
    type === 1 ||
    type === 3 ||
    (type >= 6 && type <= 25) ||
    type === 31 ||
    type === 33
  );
}

/** A channel of New API as one of ours: its type by its provider, and what the provider needs where we look for it. */
export function mapNewApiChannel(row: ImportRow, from: Row): Mapped {
  const source = Number(row['type'] ?? 0);
  const name = withoutCounterpart[source];
  if (name !== undefined) return { skip: `channels of ${name} have no counterpart here` };
  const type = isSame(source) ? source : types[source];
  if (type === undefined) return { skip: `the type ${String(source)} is not known` };
  const notes: string[] = [];
  const config = { ...toConfig(type, row), ...readOverride(from, notes) };
  const mapped: ImportRow = {
    ...row,
    type,
    key: toKey(type, row),
    config: Object.keys(config).length === 0 ? '' : JSON.stringify(config),
  };
  const address = addresses[source];
  if (address !== undefined && !row['base_url']) mapped['base_url'] = address;
  if (type === 50 && !mapped['base_url'])
    notes.push('a channel without the base URL that it needs');
  if (
    type !== VERTEX &&
    String(row['key'] ?? '')
      .trim()
      .includes('\n')
  )
    notes.push('a channel with several keys in one: make a channel of each');
  return { row: mapped, notes };
}

/** What New API keeps in `other`, as members of `config`. Nothing secret: that is sealed only in `key`. */
function toConfig(type: number, row: ImportRow): Readonly<Record<string, string>> {
  const key = String(row['key'] ?? '');
  const other = String(row['other'] ?? '');
  if (type === AWS) return { region: key.split('|')[2] ?? '' };
  if (type === CLOUDFLARE) return { user_id: other };
  if (type !== VERTEX) return {};
  return { region: readRegion(other), vertex_ai_project_id: readProject(key) };
}

/** Parameters that it sets, as text: so its numbers stay as they are. What could not be saved here stays behind, noted. */
function readOverride(from: Row, notes: string[]): { param_override?: string } {
  const text = readText(from['param_override']);
  if (text.trim() === '' || text.trim() === 'null') return {};
  const override = parseJsonObject(text);
  if (override !== undefined && findPolicyProblem({ param_override: override }) === undefined)
    return { param_override: text };
  notes.push('a channel without its param_override, which is not possible here: see the guide');
  return {};
}

/** Vertex AI: New API has the credentials alone in `key`; here region and project stand before them. */
function toKey(type: number, row: ImportRow): string {
  const key = String(row['key'] ?? '');
  if (type !== VERTEX) return key;
  return [readRegion(String(row['other'] ?? '')), readProject(key), key].join('|');
}

/** One region, or a JSON object of models and their regions with one for all others. */
function readRegion(other: string): string {
  const regions = parseObject(other);
  return regions === undefined ? other : readMember(regions, 'default');
}

function readProject(adc: string): string {
  const credentials = parseObject(adc);
  return credentials === undefined ? '' : readMember(credentials, 'project_id');
}

function readMember(object: Readonly<Record<string, unknown>>, name: string): string {
  const value = object[name];
  return typeof value === 'string' ? value : '';
}

function parseObject(text: string): Record<string, unknown> | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>; // an object, as it begins with a brace
  } catch {
    return undefined; // then it is taken for plain text
  }
}

import {
  isSecretOption,
  type ChannelSnapshot,
  type ConfigRepository,
  type SecretBox,
} from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { readNumber, readText, type Row } from '../schema/read-column.ts';
import { splitList } from '../schema/split-list.ts';
import { raiseConfigVersion, readConfigVersion } from './config-version.ts';
import { readOptionRows } from './option-repository.ts';

export interface ConfigRepositoryDeps {
  knex: Knex;
  dialect: Dialect;
  secretBox: SecretBox;
}

/** What relays route and price with, as of one moment. */
export function createConfigRepository(deps: ConfigRepositoryDeps): ConfigRepository {
  const { knex, dialect, secretBox } = deps;
  return {
    readSnapshot: () =>
      dialect.inReadTransaction(knex, async (trx) => {
        const version = await readConfigVersion(trx);
        const channels = (await trx('channels').orderBy('id')) as Row[];
        const options = await readOptionRows(trx);
        return {
          version,
          channels: channels.map((row) => toChannelSnapshot(row, secretBox)),
          // A relay needs no password of a mail server, so none travels to it.
          options: Object.fromEntries(
            options
              .filter(({ key }) => !isSecretOption(key))
              .map(({ key, value }) => [key, value ?? '']),
          ),
        };
      }),

    readVersion: () => readConfigVersion(knex),

    raiseVersion: (version) => raiseConfigVersion(knex, version),
  };
}

function toChannelSnapshot(row: Row, secretBox: SecretBox): ChannelSnapshot {
  const key = readText(row['key']);
  const configText = readText(row['config']);
  return {
    id: readNumber(row['id']),
    type: readNumber(row['type']),
    name: readText(row['name']),
    status: readNumber(row['status']),
    sealedKey: secretBox.isSealed(key) ? key : secretBox.seal(key),
    baseUrl: readText(row['base_url']),
    models: splitList(readText(row['models'])),
    groups: splitList(readText(row['group'])),
    modelMapping: parseMapping(readText(row['model_mapping'])),
    priority: readNumber(row['priority']),
    weight: readNumber(row['weight']),
    config: parseObject(configText),
    ...(mayHoldParameters.test(configText) && { configText }),
    other: readText(row['other']),
    systemPrompt: readText(row['system_prompt']),
  };
}

/** Settings whose values are written into requests. */
const mayHoldParameters = /"(?:parameters|param_override)"/;

function parseMapping(text: string): Record<string, string> {
  const entries = Object.entries(parseObject(text));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Rows of an adopted database may hold anything; what is no JSON object counts as empty, as in One API. */
function parseObject(text: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {}; // see above: one bad row must not keep the other channels from being served
  }
}

import type { Channel, ChannelChange, SecretBox } from '@turnpike/core';
import {
  readNullableNumber,
  readNullableText,
  readNumber,
  readText,
  type Row,
} from '../schema/read-column.ts';
import { splitList } from '../schema/split-list.ts';

const columnOf = {
  type: 'type',
  key: 'key',
  status: 'status',
  name: 'name',
  weight: 'weight',
  testTime: 'test_time',
  responseTime: 'response_time',
  baseUrl: 'base_url',
  other: 'other',
  balance: 'balance',
  balanceUpdatedTime: 'balance_updated_time',
  models: 'models',
  group: 'group',
  modelMapping: 'model_mapping',
  priority: 'priority',
  config: 'config',
  systemPrompt: 'system_prompt',
  tag: 'tag',
} as const satisfies Record<keyof ChannelChange, string>;

/** The columns that a change names; lists are trimmed and de-duplicated, the key is sealed where it should be. */
export function toChannelColumns(
  change: ChannelChange,
  secretBox: SecretBox,
  isSealed: boolean,
): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const [field, column] of Object.entries(columnOf)) {
    const value = change[field as keyof ChannelChange];
    if (value !== undefined) columns[column] = value;
  }
  if (change.key !== undefined && isSealed) columns['key'] = secretBox.seal(change.key);
  if (change.models !== undefined) columns['models'] = splitList(change.models).join(',');
  if (change.group !== undefined) {
    columns['group'] = splitList(change.group).join(',') || 'default';
  }
  return columns;
}

export function toChannel(row: Row, secretBox: SecretBox): Channel {
  return {
    id: readNumber(row['id']),
    type: readNumber(row['type']),
    key: secretBox.open(readText(row['key'])),
    status: readNumber(row['status']),
    name: readText(row['name']),
    weight: readNullableNumber(row['weight']),
    createdTime: readNumber(row['created_time']),
    testTime: readNumber(row['test_time']),
    responseTime: readNumber(row['response_time']),
    baseUrl: readNullableText(row['base_url']),
    other: readNullableText(row['other']),
    balance: readNumber(row['balance']),
    balanceUpdatedTime: readNumber(row['balance_updated_time']),
    models: readText(row['models']),
    group: readText(row['group']),
    usedQuota: readNumber(row['used_quota']),
    modelMapping: readNullableText(row['model_mapping']),
    priority: readNullableNumber(row['priority']),
    config: readText(row['config']),
    systemPrompt: readNullableText(row['system_prompt']),
    tag: readText(row['tag']),
  };
}

import type { Channel } from '@turnpike/core';
import type { ChannelJson } from '@turnpike/core/contract';
import { readOverride } from '../../services/param-override.ts';

/** A channel as administrators see it: the key stays here. */
export function toChannelJson(channel: Channel): ChannelJson {
  return {
    id: channel.id,
    type: channel.type,
    key: '',
    status: channel.status,
    name: channel.name,
    weight: channel.weight,
    created_time: channel.createdTime,
    test_time: channel.testTime,
    response_time: channel.responseTime,
    base_url: channel.baseUrl,
    other: channel.other,
    balance: channel.balance,
    balance_updated_time: channel.balanceUpdatedTime,
    models: channel.models,
    group: channel.group,
    used_quota: channel.usedQuota,
    model_mapping: channel.modelMapping,
    priority: channel.priority,
    config: channel.config,
    system_prompt: channel.systemPrompt,
    tag: channel.tag,
    param_override: readOverride(channel.config),
  };
}

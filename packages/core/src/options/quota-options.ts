import { groupLimits } from './group-limits-option.ts';
import { bool, choice, decimal, integer } from './option-definition.ts';
import { priceTable } from './price-table-option.ts';

const anyQuota = { min: 0, max: Number.MAX_SAFE_INTEGER };

/** Gifts, budgets and prices. */
export const quotaOptions = {
  QuotaForNewUser: integer('quota', { default: 0, ...anyQuota }, [
    'Quota units that a new user gets.',
    '新用户赠送额度。',
  ]),
  QuotaForInviter: integer('quota', { default: 0, ...anyQuota }, [
    'Quota units for a user whose invitation was used.',
    '邀请人获得的额度。',
  ]),
  QuotaForInvitee: integer('quota', { default: 0, ...anyQuota }, [
    'Extra quota units for a user who was invited.',
    '被邀请人额外获得的额度。',
  ]),
  QuotaRemindThreshold: integer('quota', { default: 1000, ...anyQuota }, [
    'A balance that falls below this many quota units is announced by mail.',
    '余额低于该额度时邮件提醒。',
  ]),
  PreConsumedQuota: integer('quota', { default: 500, min: 0, max: 1_000_000_000 }, [
    'Kept for clients of One API; reservations follow from the request itself.',
    '为兼容 One API 客户端保留；预留额度由请求本身估算。',
  ]),
  QuotaPerUnit: decimal('quota', { default: 500_000, min: 1, max: 1_000_000_000_000 }, [
    'Quota units shown as 1 USD; changes what is shown, not what is charged.',
    '显示为 1 美元的额度；只影响显示，不影响计费。',
  ]),
  DisplayInCurrencyEnabled: bool('quota', true, [
    'Quota is shown as money.',
    '以货币形式显示额度。',
  ]),
  DisplayTokenStatEnabled: bool('quota', true, [
    'Billing routes tell the quota of the API key, not of the user.',
    '计费接口返回令牌额度而非用户额度。',
  ]),
  HardBudgetEnabled: bool('quota', false, [
    'No balance goes below zero: output is limited to what the budget pays.',
    '余额不会低于零：输出被限制在预算可支付的范围内。',
  ]),
  UnsettledHoldPolicy: choice(
    'quota',
    ['refund', 'charge'],
    [
      'What happens to the quota reserved by a request whose end was never learnt.',
      '结束状态未知的请求，其预留额度如何处理：退还或扣除。',
    ],
  ),
  BillBy: choice(
    'pricing',
    ['mapped', 'requested'],
    [
      "Prices go by the model after the channel's mapping, or by the model that was asked for.",
      '按渠道映射后的模型计价，或按请求的模型计价。',
    ],
  ),
  UnpricedModelPolicy: choice(
    'pricing',
    ['refuse', 'default-ratio'],
    [
      'A model without a price is refused, or billed at UnpricedModelRatio.',
      '未定价的模型：拒绝，或按 UnpricedModelRatio 计费。',
    ],
  ),
  UnpricedModelRatio: decimal('pricing', { default: 30, min: 0, max: 1_000_000 }, [
    'Ratio of models without a price, where the policy allows them (1 = $2 for a million tokens).',
    '未定价模型的倍率，仅在策略允许时使用（1 = 每百万 token 2 美元）。',
  ]),
  ModelRatio: priceTable('ModelRatio', [
    'Input price of models; 1 = $2 for a million tokens. name(channelType) comes before name.',
    '模型输入倍率；1 = 每百万 token 2 美元。name(渠道类型) 优先于 name。',
  ]),
  CompletionRatio: priceTable('CompletionRatio', [
    'Output price divided by input price.',
    '补全倍率：输出价格与输入价格之比。',
  ]),
  CacheRatio: priceTable('CacheRatio', [
    'Price of input read from a cache, divided by input price.',
    '缓存命中倍率：缓存读取价格与输入价格之比。',
  ]),
  CacheWriteRatio: priceTable('CacheWriteRatio', [
    'Price of input written to a cache, divided by input price.',
    '缓存写入倍率：缓存写入价格与输入价格之比。',
  ]),
  CacheWriteHourRatio: priceTable('CacheWriteHourRatio', [
    'Price of input written to a cache for an hour, divided by input price.',
    '一小时缓存写入倍率：保留一小时的缓存写入价格与输入价格之比。',
  ]),
  AudioRatio: priceTable('AudioRatio', [
    'Price of audio input, divided by input price.',
    '音频倍率：音频输入价格与输入价格之比。',
  ]),
  AudioCompletionRatio: priceTable('AudioCompletionRatio', [
    'Price of audio output, divided by the price of audio input.',
    '音频补全倍率：音频输出价格与音频输入价格之比。',
  ]),
  ReasoningRatio: priceTable('ReasoningRatio', [
    'Price of reasoning tokens, divided by output price.',
    '推理倍率：推理 token 价格与输出价格之比。',
  ]),
  ModelPrice: priceTable('ModelPrice', ['USD for each request.', '每次请求的价格（美元）。']),
  ImagePrice: priceTable('ImagePrice', [
    'USD for each picture; a number, or numbers by "size", "size/quality" and "*".',
    '每张图片的价格（美元）：一个数字，或按 "尺寸"、"尺寸/质量"、"*" 分别定价。',
  ]),
  SecondPrice: priceTable('SecondPrice', [
    'USD for each second of audio.',
    '每秒音频的价格（美元）。',
  ]),
  CharacterPrice: priceTable('CharacterPrice', [
    'USD for each spoken character.',
    '每个朗读字符的价格（美元）。',
  ]),
  WebSearchPrice: priceTable('WebSearchPrice', [
    'USD for each search of the web that the upstream makes and counts.',
    '上游执行并计数的每次网络搜索的价格（美元）。',
  ]),
  GroupRatio: priceTable('GroupRatio', [
    'Factor on every charge of a user group; its names are the groups that can be chosen.',
    '用户分组倍率；其中的名称即可选分组。',
  ]),
  GroupLimits: groupLimits,
} as const;

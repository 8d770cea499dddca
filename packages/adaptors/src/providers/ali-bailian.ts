import { defineOpenAiWire, replaceVersion } from './openai-wire.ts';

export const aliBailian = defineOpenAiWire(49, {
  id: 'ali-bailian',
  displayName: 'Alibaba Bailian',
  operations: ['chat', 'completions', 'embeddings'],
  dialect: {
    streamUsage: 'on-request',
    chat: (model) => ({
      takesTopK: true,
      lacksForcedTools: true,
      reasoningSwitch: /^(?:qwen3|qwen-(?:plus|flash|turbo)|qwq)/.test(model)
        ? 'enable-thinking'
        : 'none',
    }),
    clampMembers: { temperature: { min: 0, max: 1.99 }, top_p: { min: 0.001, max: 0.999 } },
    disablingCodes: [
      'InvalidApiKey',
      'Arrearage',
      'AccessDenied.Unpurchased',
      'CommodityNotPurchased',
      'PrepaidBillOverdue',
      'PostpaidBillOverdue',
      'BudgetLimitExceeded',
    ],
    // Its word for a burst that was too fast.
    passingCodes: ['insufficient_quota'],
  },
  url: replaceVersion('/compatible-mode/v1'),
});

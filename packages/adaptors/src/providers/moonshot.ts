import type { ChatTraits } from '../codec.ts';
import { defineOpenAiWire } from './openai-wire.ts';

export const moonshot = defineOpenAiWire(25, {
  id: 'moonshot',
  displayName: 'Moonshot AI',
  operations: ['chat'],
  dialect: {
    streamUsage: 'on-request',
    chat: toTraits,
    clampMembers: { temperature: { min: 0, max: 1 } },
    disablingCodes: [
      'exceeded_current_quota_error',
      'invalid_authentication_error',
      'incorrect_api_key_error',
    ],
  },
});

/** From K2.5 on thinking is switched, and then no call can be forced; K3 knows efforts. */
function toTraits(model: string): ChatTraits {
  const isKimi = model.startsWith('kimi-k');
  const isNewer = /^kimi-k(?:2\.[5-9]|[3-9])/.test(model);
  return {
    needsInlineMedia: true,
    lacksJsonSchema: !isKimi,
    lacksForcedTools: !isKimi || isNewer,
    reasoningSwitch: /^kimi-k[3-9]/.test(model) ? 'effort' : isNewer ? 'thinking' : 'none',
    efforts: ['low', 'high', 'max'],
    reasoningEcho: isKimi ? 'with-calls' : 'never',
    prefill: 'partial',
  };
}

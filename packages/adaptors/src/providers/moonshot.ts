import { defineOpenAiWire } from './openai-wire.ts';

export const moonshot = defineOpenAiWire(25, {
  id: 'moonshot',
  displayName: 'Moonshot AI',
  operations: ['chat'],
  dialect: {
    streamUsage: 'on-request',
    clampMembers: { temperature: { min: 0, max: 1 } },
    disablingCodes: [
      'exceeded_current_quota_error',
      'invalid_authentication_error',
      'incorrect_api_key_error',
    ],
  },
});

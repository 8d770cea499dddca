import { defineOpenAiWire, replaceVersion } from './openai-wire.ts';
import { readConfigText } from './read-config-text.ts';

export const baiduV2 = defineOpenAiWire(47, {
  id: 'baidu-v2',
  displayName: 'Baidu Qianfan',
  operations: ['chat', 'embeddings', 'image-generation'],
  dialect: {
    streamUsage: 'on-request',
    disablingCodes: ['access_denied', 'invalid_iam_token'],
  },
  url: replaceVersion('/v2'),
  // Which application is billed; the account's default where it is left out.
  extraHeaders(config): Record<string, string> {
    const appid = readConfigText(config, 'appid');
    return appid === '' ? {} : { appid };
  },
});

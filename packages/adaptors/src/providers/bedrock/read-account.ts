import { readConfigText } from '../read-config-text.ts';

/** The account of a Bedrock channel, wherever it was written. */
export interface BedrockAccount {
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** A Bedrock API key; empty where requests are signed. */
  apiKey: string;
}

/**
 * Reads config `region`, `ak`, `sk` and `session_token`; else the key, which may be `ak|sk|region`, with a session's token
 * behind that, or an API key by itself.
 */
export function readBedrockAccount(
  key: string,
  config: Readonly<Record<string, unknown>>,
): BedrockAccount {
  const parts = key.split('|').map((part) => part.trim());
  const [accessKeyId = '', secretAccessKey = '', region = '', sessionToken = ''] =
    parts.length > 1 ? parts : [];
  const hasPair = readConfigText(config, 'ak') !== '' && readConfigText(config, 'sk') !== '';
  return {
    region: readConfigText(config, 'region') || region,
    accessKeyId: readConfigText(config, 'ak') || accessKeyId,
    secretAccessKey: readConfigText(config, 'sk') || secretAccessKey,
    sessionToken: readConfigText(config, 'session_token') || sessionToken,
    apiKey: parts.length > 1 || hasPair ? '' : key.trim(),
  };
}

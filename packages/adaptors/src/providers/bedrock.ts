import type { Dialect, Provider } from '../codec.ts';
import { capabilitiesOf } from '../families/anthropic/model-capabilities.ts';
import { converseWire } from './bedrock/converse-wire.ts';
import { isClaude, toBedrockId } from './bedrock/model-ids.ts';
import { readBedrockAccount } from './bedrock/read-account.ts';
import { signBedrock } from './bedrock/sign-request.ts';
import { getChannelType } from './channel-types.ts';
import { joinUrl } from './join-url.ts';
import { readConfigText } from './read-config-text.ts';

const { id: channelType, defaultBaseUrl, ownedBy, defaultModels } = getChannelType(33);

const dialect: Dialect = {
  streamUsage: 'always',
  framing: 'aws-event-stream',
  deleteMembers: [
    'model',
    'stream',
    'service_tier',
    'container',
    'mcp_servers',
    'inference_geo',
    'speed',
  ],
  defaultMembers: [
    { key: 'anthropic_version', json: '"bedrock-2023-05-31"' },
    { key: 'max_tokens', json: '4096' },
  ],
  deletePaths: ['tools[].eager_input_streaming', 'tool_choice.disable_parallel_tool_use'],
  messages: {
    hasBetasInBody: true,
    betas: [
      'computer-use-',
      'context-1m-',
      'context-management-',
      'fine-grained-tool-streaming-',
      'interleaved-thinking-',
      'output-128k-',
      'token-efficient-tools-',
    ],
    needsInlineMedia: true,
    lacksParallelSwitch: true,
    // Its newest models refuse the schema that older ones take.
    lacksStructuredOutput: (model) => capabilitiesOf(model).refusesSampling,
  },
  wire: converseWire,
  headers: { accept: 'application/json' },
};

/**
 * Amazon Bedrock. Claude is called in Anthropic's own words, every other model through Converse. Config: `region`, `ak`,
 * `sk`, `session_token`; `cross_region` (`auto`, `none`, or a profile's prefix).
 */
export const bedrock: Provider = {
  id: 'aws-bedrock',
  channelType,
  displayName: 'AWS Bedrock',
  defaultBaseUrl,
  ownedBy,
  defaultModels,
  dialect,

  url({ baseUrl, operation, model, isStream, config, key = '' }) {
    const { region } = readBedrockAccount(key, config);
    if (operation !== 'messages' || region === '') return undefined;
    const id = toBedrockId(model, region, readConfigText(config, 'cross_region'));
    if (id === undefined) return undefined;
    const base = baseUrl === '' ? `https://bedrock-runtime.${region}.${domainOf(region)}` : baseUrl;
    return joinUrl(base, `/model/${encodeURIComponent(id)}/${callOf(id, isStream)}`);
  },

  authorize(key, config): Record<string, string> {
    const { apiKey } = readBedrockAccount(key, config);
    return apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };
  },

  sign(request, key, config, now) {
    const account = readBedrockAccount(key, config);
    return account.apiKey === '' ? signBedrock(request, account, now) : {};
  },
};

function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}

function callOf(id: string, isStream: boolean): string {
  if (isClaude(id)) return isStream ? 'invoke-with-response-stream' : 'invoke';
  return isStream ? 'converse-stream' : 'converse';
}

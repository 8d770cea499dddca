import { defaultModels as models } from './default-models.ts';

/** A kind of channel, as it is offered when one is added. */
export interface ChannelType {
  /** Stored in the database: never reused. */
  id: number;
  label: string;
  /** Empty: the channel must bring its own. */
  defaultBaseUrl: string;
  /** `owned_by` of the models that it brings. */
  ownedBy: string;
  defaultModels: readonly string[];
}

/**
 * Every kind of channel that One API knows, in the order of its ids: also those whose wire is not spoken yet
 * (`findProvider` tells which are), because adopted databases have channels of them.
 */
export function listChannelTypes(): readonly ChannelType[] {
  return channelTypes;
}

/** @throws for an id that no kind of channel has: a provider without facts is a mistake in the code */
export function getChannelType(id: number): ChannelType {
  const found = channelTypes.find((channelType) => channelType.id === id);
  if (found === undefined) throw new Error(`There is no channel type ${id}.`);
  return found;
}

type Row = readonly [
  id: number,
  label: string,
  defaultBaseUrl: string,
  ownedBy: string,
  defaultModels: readonly string[],
];

const rows: readonly Row[] = [
  [0, 'Unknown', '', 'openai', models.openai],
  [1, 'OpenAI', 'https://api.openai.com', 'openai', models.openai],
  [2, '代理：API2D', 'https://oa.api2d.net', 'openai', models.openai],
  [3, 'Azure', '', 'azure', models.openai],
  [4, '代理：CloseAI', 'https://api.closeai-proxy.xyz', 'openai', models.openai],
  [5, '代理：OpenAI-SB', 'https://api.openai-sb.com', 'openai', models.openai],
  [6, '代理：OpenAI Max', 'https://api.openaimax.com', 'openai', models.openai],
  [7, '代理：OhMyGPT', 'https://api.ohmygpt.com', 'openai', models.openai],
  [8, '自定义渠道', '', 'openai', models.openai],
  [9, '代理：AI.LS', 'https://api.caipacity.com', 'openai', models.openai],
  [10, '代理：AI Proxy', 'https://api.aiproxy.io', 'openai', models.openai],
  [11, 'PaLM2', 'https://generativelanguage.googleapis.com', 'google palm', models.palm],
  [12, '代理：API2GPT', 'https://api.api2gpt.com', 'openai', models.openai],
  [13, '代理：AIGC2D', 'https://api.aigc2d.com', 'openai', models.openai],
  [14, 'Anthropic', 'https://api.anthropic.com', 'anthropic', models.anthropic],
  [15, '百度文心千帆', 'https://aip.baidubce.com', 'baidu', models.baidu],
  [16, '智谱 ChatGLM', 'https://open.bigmodel.cn', 'zhipu', models.zhipu],
  [17, '阿里通义千问', 'https://dashscope.aliyuncs.com', 'ali', models.ali],
  [18, '讯飞星火认知', '', 'xunfei', models.xunfei],
  [19, '360 智脑', 'https://api.360.cn', '360', models.ai360],
  [20, 'OpenRouter', 'https://openrouter.ai/api', 'openrouter', models.openrouter],
  [21, '知识库：AI Proxy', 'https://api.aiproxy.io', 'aiproxy', models.openai],
  [22, '知识库：FastGPT', 'https://fastgpt.run/api/openapi', 'openai', models.openai],
  [23, '腾讯混元', 'https://hunyuan.tencentcloudapi.com', 'tencent', models.tencent],
  [24, 'Gemini', 'https://generativelanguage.googleapis.com', 'google gemini', models.gemini],
  [25, 'Moonshot AI', 'https://api.moonshot.cn', 'moonshot', models.moonshot],
  [26, '百川大模型', 'https://api.baichuan-ai.com', 'baichuan', models.baichuan],
  [27, 'MiniMax', 'https://api.minimax.chat', 'minimax', models.minimax],
  [28, 'Mistral AI', 'https://api.mistral.ai', 'mistralai', models.mistral],
  [29, 'Groq', 'https://api.groq.com/openai', 'groq', models.groq],
  [30, 'Ollama', 'http://localhost:11434', 'ollama', models.ollama],
  [31, '零一万物', 'https://api.lingyiwanwu.com', 'lingyiwanwu', models.lingyiwanwu],
  [32, '阶跃星辰', 'https://api.stepfun.com', 'stepfun', models.stepfun],
  [33, 'AWS', '', 'aws', models.bedrock],
  [34, 'Coze', 'https://api.coze.com', 'coze', []],
  [35, 'Cohere', 'https://api.cohere.ai', 'Cohere', models.cohere],
  [36, 'DeepSeek', 'https://api.deepseek.com', 'deepseek', models.deepseek],
  [37, 'Cloudflare', 'https://api.cloudflare.com', 'cloudflare', models.cloudflare],
  [38, 'DeepL', 'https://api-free.deepl.com', 'deepl', models.deepl],
  [39, 'together.ai', 'https://api.together.xyz', 'together.ai', models.together],
  [40, '字节火山引擎', 'https://ark.cn-beijing.volces.com', 'doubao', models.doubao],
  [41, 'Novita', 'https://api.novita.ai/v3/openai', 'novita', models.novita],
  [42, 'VertexAI', '', 'vertexai', models.vertex],
  [43, 'Proxy', '', 'proxy', []],
  [44, 'SiliconFlow', 'https://api.siliconflow.cn', 'siliconflow', models.siliconflow],
  [45, 'xAI', 'https://api.x.ai', 'xai', models.xai],
  [46, 'Replicate', 'https://api.replicate.com/v1/models/', 'replicate', models.replicate],
  [47, '百度文心千帆 V2', 'https://qianfan.baidubce.com', 'baiduv2', models.baiduv2],
  [48, '讯飞星火认知 V2', 'https://spark-api-open.xf-yun.com', 'xunfeiv2', models.xunfeiv2],
  [49, '阿里云百炼', 'https://dashscope.aliyuncs.com', 'alibailian', models.alibailian],
  [50, 'OpenAI 兼容', '', 'openai', models.openai],
  [
    51,
    'Gemini (OpenAI)',
    'https://generativelanguage.googleapis.com/v1beta/openai/',
    'geminiv2',
    models.gemini,
  ],
];

const channelTypes: readonly ChannelType[] = rows.map(
  ([id, label, defaultBaseUrl, ownedBy, defaultModels]) => ({
    id,
    label,
    defaultBaseUrl,
    ownedBy,
    defaultModels,
  }),
);

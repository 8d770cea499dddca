import type { Provider } from '../codec.ts';
import { ai360 } from './ai360.ts';
import { aliBailian } from './ali-bailian.ts';
import { anthropic } from './anthropic.ts';
import { azure } from './azure.ts';
import { baichuan } from './baichuan.ts';
import { baiduV2 } from './baidu-v2.ts';
import { custom } from './custom.ts';
import { deepSeek } from './deepseek.ts';
import { doubao } from './doubao.ts';
import { fastGpt } from './fastgpt.ts';
import { gemini, palm } from './gemini.ts';
import { geminiOpenAi } from './gemini-openai.ts';
import { groq } from './groq.ts';
import { lingYiWanWu } from './lingyiwanwu.ts';
import { minimax } from './minimax.ts';
import { mistral } from './mistral.ts';
import { moonshot } from './moonshot.ts';
import { novita } from './novita.ts';
import { openAiCompatible } from './openai-compatible.ts';
import { openAiResellers } from './openai-resellers.ts';
import { openAi } from './openai.ts';
import { openRouter } from './openrouter.ts';
import { proxy } from './proxy.ts';
import { siliconFlow } from './siliconflow.ts';
import { stepFun } from './stepfun.ts';
import { together } from './together.ts';
import { unknown } from './unknown.ts';
import { vertexAi } from './vertex-ai.ts';
import { xai } from './xai.ts';
import { xunfeiV2 } from './xunfei-v2.ts';
import { zhipu } from './zhipu.ts';

/** The registry: one line for each provider. */
const providers: readonly Provider[] = [
  unknown,
  openAi,
  ...openAiResellers,
  azure,
  anthropic,
  custom,
  zhipu,
  ai360,
  openRouter,
  fastGpt,
  moonshot,
  baichuan,
  minimax,
  mistral,
  groq,
  lingYiWanWu,
  stepFun,
  deepSeek,
  together,
  doubao,
  novita,
  proxy,
  siliconFlow,
  xai,
  baiduV2,
  xunfeiV2,
  aliBailian,
  openAiCompatible,
  geminiOpenAi,
  gemini,
  palm,
  vertexAi,
];

const byChannelType: ReadonlyMap<number, Provider> = new Map(
  providers.map((provider) => [provider.channelType, provider]),
);

/** The provider that channels of a type belong to; undefined where this build does not speak its wire. */
export function findProvider(channelType: number): Provider | undefined {
  return byChannelType.get(channelType);
}

export function listProviders(): readonly Provider[] {
  return providers;
}

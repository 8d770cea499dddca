import { bool, choice, decimal, integer, list } from './option-definition.ts';

const section = 'operation';

/** How requests are relayed and watched. */
export const operationOptions = {
  LogConsumeEnabled: bool(section, true, [
    'Every billed request leaves a row in the log.',
    '记录消费日志。',
  ]),
  LogErrorEnabled: bool(section, false, [
    'Refused and failed requests leave a row in the log, with the reason.',
    '记录被拒绝和失败的请求及其原因。',
  ]),
  LogRetentionDays: integer(section, { default: 0, min: 0, max: 36_500 }, [
    'Log rows of every kind are removed after so many days; 0 = never. Hourly figures and balances stay.',
    '日志（所有类型）保留的天数，过期自动清除；0 为永久保留。小时统计和余额不受影响。',
  ]),
  RetryTimes: integer(section, { default: 0, min: 0, max: 100 }, [
    'How many other channels are tried after a failure.',
    '失败后尝试其他渠道的次数。',
  ]),
  ChannelDisableThreshold: decimal(section, { default: 5, min: 0, max: 86_400 }, [
    'Seconds after which a channel test counts as too slow; 0 = never.',
    '渠道测试超过该秒数视为过慢；0 为不限制。',
  ]),
  AutomaticDisableChannelEnabled: bool(section, false, [
    'Channels whose upstream refuses them, or that are too slow in tests, are disabled.',
    '自动禁用被上游拒绝或测试过慢的渠道。',
  ]),
  AutomaticEnableChannelEnabled: bool(section, false, [
    'Channels that were disabled automatically are enabled after a good test.',
    '测试成功后自动启用被自动禁用的渠道。',
  ]),
  AutomaticDisableKeywords: list(
    section,
    '\n',
    [
      'your access was terminated',
      'violation of our policies',
      'your credit balance is too low',
      'organization has been disabled',
      'organization has been restricted',
      'permission denied',
      'api key not valid',
      'api key expired',
      '已欠费',
    ],
    [
      'Texts, one on a line, that make an upstream error a reason to disable the channel.',
      '上游错误包含这些文本（每行一个）时禁用渠道。',
    ],
  ),
  ApproximateTokenEnabled: bool(section, false, [
    'Answers without usage are counted by their length, not by a tokenizer.',
    '上游未返回用量时按长度估算，而不使用分词器。',
  ]),
  ResponseModelName: choice(
    section,
    ['upstream', 'requested'],
    [
      'Model name in answers: as the upstream says it, or as the client asked. Answers that are translated from another protocol always say what was asked.',
      '响应中的模型名：上游返回的名称，或客户端请求的名称。由其他协议转换的响应始终使用请求的名称。',
    ],
  ),
  ProtocolLossPolicy: choice(
    section,
    ['lenient', 'strict', 'paranoid'],
    [
      'What a translation between protocols may lose: anything, counted; nothing that changes the answer; nothing that matters at all.',
      '协议转换允许的丢失：全部允许但计数；不允许影响回答的丢失；不允许任何有影响的丢失。',
    ],
  ),
  RemoteMediaEnabled: bool(section, true, [
    'Pictures and documents that a request names by address are fetched from there where the upstream takes only what is in the request.',
    '上游只接受请求内嵌内容时，由网关抓取请求中以地址给出的图片和文档。',
  ]),
  RemoteMediaMaxMB: integer(section, { default: 20, min: 1, max: 100 }, [
    'Megabytes of such files that are fetched for one request.',
    '单个请求可抓取的文件总大小上限（MB）。',
  ]),
  RemoteMediaPrivateHosts: list(
    section,
    ',',
    [],
    [
      'Servers of your own network from which they may be fetched too: names, with the port where it is not the usual one, separated by commas. All others must be public.',
      '允许抓取的内网服务器：主机名，非默认端口需注明，以逗号分隔。其余必须是公网地址。',
    ],
  ),
  AccountResourcesChannel: integer(section, { default: 0, min: 0, max: 2_147_483_647 }, [
    'Id of the channel to which files, batches, fine-tuning, assistants, threads and conversations are passed, and responses that go on in such a conversation, for keys of administrators; 0 = none.',
    '文件、批处理、微调、助手、线程与对话请求，以及在此类对话中继续的响应请求转发到的渠道 ID，仅限管理员密钥；0 为不转发。',
  ]),
  DrainAbortedStreams: bool(section, false, [
    'When a client goes away in a stream, the upstream is read to its end to learn the true usage.',
    '客户端中途断开时继续读完上游流，以获取准确用量。',
  ]),
  UnsettledHoldPolicy: choice(
    section,
    ['refund', 'charge'],
    [
      'What becomes of a reservation whose node died before it could report the usage: given back, or charged as estimated.',
      '节点在上报用量前失效时，预留额度的处理方式：退还，或按预估收取。',
    ],
  ),
  FirstByteTimeoutSeconds: decimal(section, { default: 0, min: 0, max: 86_400 }, [
    'Seconds an upstream may take to begin its answer before the next channel is tried; 0 = no limit.',
    '上游开始响应的最长秒数，超时则尝试下一渠道；0 为不限制。',
  ]),
  StreamIdleTimeoutSeconds: decimal(section, { default: 300, min: 0, max: 86_400 }, [
    'Seconds a stream may be silent before it is ended with an error; 0 = no limit.',
    '流式响应静默的最长秒数，超时以错误结束；0 为不限制。',
  ]),
} as const;

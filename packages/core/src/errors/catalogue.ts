import { GatewayError, type ErrorDetails } from './gateway-error.ts';

type Text = string | ((details: ErrorDetails) => string);

interface Definition {
  code: string;
  status: number;
  type: string;
  retryable: boolean;
  en: Text;
  zh: Text;
}

/** Makes a {@link GatewayError}; `details` fill the text and are safe to show. */
export interface MakeError {
  (details?: ErrorDetails, options?: ErrorOptions): GatewayError;
  readonly definition: Definition;
}

/** One row of a catalogue. Only catalogues call it. */
export function defineError(
  code: string,
  status: number,
  type: string,
  retryable: boolean,
  en: Text,
  zh: Text,
): MakeError {
  const definition: Definition = { code, status, type, retryable, en, zh };
  const make = (details: ErrorDetails = {}, options?: ErrorOptions): GatewayError =>
    new GatewayError(
      {
        code,
        status,
        type,
        retryable,
        message: textOf(en, details),
        messageZh: textOf(zh, details),
        details,
      },
      options,
    );
  return Object.assign(make, { definition });
}

function textOf(text: Text, details: ErrorDetails): string {
  return typeof text === 'string' ? text : text(details);
}

const REQUEST = 'invalid_request_error';

/**
 * Every error a relay answers with, once. `docs/reference/errors.md` is generated from this table.
 * A code is for ever: never renamed, never reused. Retired codes: none yet.
 */
export const errors = {
  keyMissing: defineError(
    'invalid_api_key',
    401,
    REQUEST,
    false,
    'No API key was given. Send it as "Authorization: Bearer sk-…".',
    '未提供 API 密钥。请以 "Authorization: Bearer sk-…" 方式发送。',
  ),
  keyUnknown: defineError(
    'invalid_api_key',
    401,
    REQUEST,
    false,
    'This API key does not exist here or was deleted. Check the key, or create a new one in the console.',
    '该 API 密钥不存在或已被删除。请检查密钥，或在控制台新建。',
  ),
  keyDisabled: defineError(
    'api_key_disabled',
    401,
    REQUEST,
    false,
    'This API key is disabled. Enable it in the console, or use another one.',
    '该 API 密钥已被禁用。请在控制台启用，或更换密钥。',
  ),
  keyExpired: defineError(
    'api_key_expired',
    401,
    REQUEST,
    false,
    'This API key has expired. Extend it in the console, or use another one.',
    '该 API 密钥已过期。请在控制台延长有效期，或更换密钥。',
  ),
  tokenQuotaExhausted: defineError(
    'insufficient_token_quota',
    403,
    'insufficient_quota',
    false,
    (d) =>
      `The quota of this API key is too small for this request${figures(d)}. Raise it in the console, or ask for less output.`,
    (d) => `该 API 密钥的额度不足以完成本次请求${figures(d)}。请在控制台提高额度，或减少输出。`,
  ),
  userQuotaExhausted: defineError(
    'insufficient_user_quota',
    403,
    'insufficient_quota',
    false,
    (d) =>
      `The balance of this account is too small for this request${figures(d)}. Top it up, or ask for less output.`,
    (d) => `账户余额不足以完成本次请求${figures(d)}。请充值，或减少输出。`,
  ),
  budgetExhausted: defineError(
    'budget_exhausted',
    429,
    'insufficient_quota',
    false,
    (d) =>
      `The budget of this ${d['scope'] === 'user' ? 'account' : 'API key'} for one UTC ${String(d['period'])} is too small for this request${figures(d)}. Wait for the next ${String(d['period'])}, or raise the budget in the console.`,
    (d) =>
      `该${d['scope'] === 'user' ? '账户' : ' API 密钥'}的${d['period'] === 'month' ? '每月' : '每日'}预算（UTC）不足以完成本次请求${figures(d)}。请等待下一个${d['period'] === 'month' ? '月' : '日'}，或在控制台提高预算。`,
  ),
  addressNotAllowed: defineError(
    'ip_not_allowed',
    403,
    'permission_error',
    false,
    (d) =>
      `This API key may not be used from ${String(d['address'])}. Add the address to the subnets of the key in the console.`,
    (d) => `该 API 密钥不允许从 ${String(d['address'])} 使用。请在控制台将该地址加入密钥的网段。`,
  ),
  accountDisabled: defineError(
    'account_disabled',
    403,
    'permission_error',
    false,
    'This account is disabled. Ask the administrator.',
    '该账户已被禁用。请联系管理员。',
  ),
  modelNotAllowed: defineError(
    'model_not_allowed',
    403,
    'permission_error',
    false,
    (d) =>
      `This API key may not use the model '${String(d['model'])}'. See GET /v1/models for those it may use.`,
    (d) => `该 API 密钥无权使用模型 '${String(d['model'])}'。可通过 GET /v1/models 查看可用模型。`,
  ),
  channelPinNotAllowed: defineError(
    'channel_pin_not_allowed',
    403,
    'permission_error',
    false,
    (d) =>
      d['door'] === 'proxy'
        ? 'Only keys of administrators may use a channel as a proxy. Ask an administrator.'
        : 'Only administrators may choose a channel with a key suffix. Use the key without "-<channel id>".',
    (d) =>
      d['door'] === 'proxy'
        ? '只有管理员的密钥可以将渠道用作代理。请联系管理员。'
        : '只有管理员可以用密钥后缀指定渠道。请使用不带 "-<渠道 id>" 的密钥。',
  ),
  channelNotFound: defineError(
    'channel_not_found',
    400,
    REQUEST,
    false,
    (d) =>
      `There is no channel '${String(d['channel'])}'. Name one by its id, or leave the choice to the gateway.`,
    (d) => `不存在渠道 '${String(d['channel'])}'。请使用现有渠道的 id，或不指定渠道。`,
  ),
  channelDisabled: defineError(
    'channel_disabled',
    403,
    REQUEST,
    false,
    (d) =>
      `Channel ${String(d['channel'])} is disabled. An administrator can enable it; without its number another channel serves the request.`,
    (d) =>
      `渠道 ${String(d['channel'])} 已被禁用。管理员可以启用它；不指定渠道时，请求由其他渠道处理。`,
  ),
  invalidJson: defineError(
    'invalid_json',
    400,
    REQUEST,
    false,
    (d) =>
      `The request body is not valid JSON${d['reason'] === undefined ? '' : `: ${String(d['reason'])}`}.`,
    (d) => `请求体不是有效的 JSON${d['reason'] === undefined ? '' : `：${String(d['reason'])}`}。`,
  ),
  invalidRequest: defineError(
    'invalid_request',
    400,
    REQUEST,
    false,
    (d) => String(d['reason'] ?? 'The request is not valid.'),
    (d) => String(d['reasonZh'] ?? d['reason'] ?? '请求无效。'),
  ),
  requestTooLarge: defineError(
    'request_too_large',
    413,
    REQUEST,
    false,
    (d) =>
      `The request body is larger than ${String(d['limit'] ?? 'allowed')}. Send less, or ask the administrator to raise the limit.`,
    (d) => `请求体超过 ${String(d['limit'] ?? '允许的大小')}。请减小请求，或请管理员调高限制。`,
  ),
  modelNotFound: defineError(
    'model_not_found',
    404,
    REQUEST,
    false,
    (d) =>
      `The model '${String(d['model'])}' does not exist, or no channel of your group '${String(d['group'])}' serves it. See GET /v1/models.`,
    (d) =>
      `模型 '${String(d['model'])}' 不存在，或分组 '${String(d['group'])}' 下没有提供它的渠道。参见 GET /v1/models。`,
  ),
  modelNotPriced: defineError(
    'model_not_priced',
    503,
    'server_error',
    false,
    (d) =>
      `The model '${String(d['model'])}' has no price here, so it is not served. The administrator can set one (ModelRatio or ModelPrice), or allow a default ratio.`,
    (d) =>
      `模型 '${String(d['model'])}' 未配置价格，暂不提供。管理员可设置价格（ModelRatio 或 ModelPrice），或允许默认倍率。`,
  ),
  noChannelAvailable: defineError(
    'no_channel_available',
    503,
    'overloaded_error',
    true,
    (d) =>
      `No channel can serve the model '${String(d['model'])}' right now. Try again in a moment.`,
    (d) => `当前没有可用渠道提供模型 '${String(d['model'])}'。请稍后重试。`,
  ),
  rateLimitExceeded: defineError(
    'rate_limit_exceeded',
    429,
    'rate_limit_error',
    true,
    (d) =>
      `Too many requests${d['limit'] === undefined ? '' : ` (limit: ${String(d['limit'])})`}. Slow down and try again.`,
    (d) =>
      `请求过于频繁${d['limit'] === undefined ? '' : `（上限：${String(d['limit'])}）`}。请降低频率后重试。`,
  ),
  concurrencyLimitExceeded: defineError(
    'concurrency_limit_exceeded',
    429,
    'rate_limit_error',
    true,
    'Too many requests at the same time. Wait for one to finish and try again.',
    '并发请求过多。请等待其他请求完成后重试。',
  ),
  upstreamRateLimited: defineError(
    'upstream_rate_limited',
    429,
    'rate_limit_error',
    true,
    (d) =>
      `Every channel for the model '${String(d['model'])}' is at its rate limit. Try again in a moment.`,
    (d) => `模型 '${String(d['model'])}' 的所有渠道均已达到速率限制。请稍后重试。`,
  ),
  upstreamCredentials: defineError(
    'upstream_credentials',
    502,
    'upstream_error',
    false,
    'The upstream refused the credentials or the balance of the channel. Your own key is fine; the administrator must look at the channel.',
    '上游拒绝了渠道的凭据或余额。您的密钥没有问题，请管理员检查渠道。',
  ),
  upstreamFailed: defineError(
    'upstream_error',
    502,
    'upstream_error',
    true,
    (d) => String(d['reason'] ?? 'The upstream failed.'),
    (d) => String(d['reason'] ?? '上游失败。'),
  ),
  badUpstreamResponse: defineError(
    'bad_upstream_response',
    502,
    'upstream_error',
    true,
    'The upstream answered something that is not a valid answer. Try again.',
    '上游返回了无效的响应。请重试。',
  ),
  upstreamUnreachable: defineError(
    'upstream_unreachable',
    502,
    'upstream_error',
    true,
    'The upstream could not be reached, or closed the connection before it answered. Try again.',
    '无法连接上游，或上游在应答前关闭了连接。请重试。',
  ),
  upstreamTimeout: defineError(
    'upstream_timeout',
    504,
    'upstream_error',
    true,
    'The upstream took too long to answer. Try again.',
    '上游响应超时。请重试。',
  ),
  notReady: defineError(
    'not_ready',
    503,
    'server_error',
    true,
    (d) =>
      String(
        d['reason'] ?? 'The gateway is not ready to serve this request yet. Try again in a moment.',
      ),
    (d) => String(d['reasonZh'] ?? d['reason'] ?? '网关尚未就绪。请稍后重试。'),
  ),
  notImplemented: defineError(
    'not_implemented',
    501,
    REQUEST,
    false,
    (d) =>
      `${String(d['route'] ?? 'This route')} is not implemented here. Ask the provider itself for it.`,
    (d) => `此处未实现 ${String(d['route'] ?? '该接口')}。请直接向提供商请求。`,
  ),
  previousResponseNotFound: defineError(
    'previous_response_not_found',
    400,
    REQUEST,
    false,
    (d) =>
      `The previous response '${String(d['id'])}' is not stored here. Send the whole conversation in 'input' instead.`,
    (d) => `此处未存储先前的响应 '${String(d['id'])}'。请在 'input' 中发送完整的对话。`,
  ),
  conversationNotFound: defineError(
    'conversation_not_found',
    404,
    REQUEST,
    false,
    (d) =>
      `The conversation '${String(d['id'])}' is not kept here for this key. Send the whole conversation in 'input', or go on with 'previous_response_id'.`,
    (d) =>
      `此处没有为该密钥保存对话 '${String(d['id'])}'。请在 'input' 中发送完整的对话，或使用 'previous_response_id' 继续。`,
  ),
  responseNotFound: defineError(
    'response_not_found',
    404,
    REQUEST,
    false,
    (d) =>
      `The response '${String(d['id'])}' does not exist here: it was not stored, was deleted, or has expired.`,
    (d) => `响应 '${String(d['id'])}' 不存在：未存储、已删除或已过期。`,
  ),
  itemNotFound: defineError(
    'item_not_found',
    404,
    REQUEST,
    false,
    (d) => `The item '${String(d['id'])}' is not stored here. Send the item itself in 'input'.`,
    (d) => `此处未存储项目 '${String(d['id'])}'。请在 'input' 中发送该项目本身。`,
  ),
  unsupportedParameter: defineError(
    'unsupported_parameter',
    400,
    REQUEST,
    false,
    (d) =>
      `'${String(d.param)}' is not supported for this model here. Leave it out, or use a model that its vendor serves in this protocol.`,
    (d) =>
      `此处的该模型不支持 '${String(d.param)}'。请移除该参数，或使用其供应商原生提供此协议的模型。`,
  ),
  unknownUrl: defineError(
    'unknown_url',
    404,
    REQUEST,
    false,
    (d) =>
      `Unknown URL: ${String(d['method'])} ${String(d['path'])}. Chat is at POST /v1/chat/completions.`,
    (d) =>
      `未知地址：${String(d['method'])} ${String(d['path'])}。聊天接口为 POST /v1/chat/completions。`,
  ),
  methodNotAllowed: defineError(
    'method_not_allowed',
    405,
    REQUEST,
    false,
    (d) =>
      `${String(d['path'])} does not accept ${String(d['method'])}; use ${String(d['allowed'])}.`,
    (d) => `${String(d['path'])} 不支持 ${String(d['method'])}；请使用 ${String(d['allowed'])}。`,
  ),
  internalError: defineError(
    'internal_error',
    500,
    'server_error',
    true,
    'Something went wrong in the gateway. The request was not billed. Report the request id to the administrator.',
    '网关内部错误，本次请求未计费。请将请求 id 报告给管理员。',
  ),
  conflict: defineError(
    'conflict',
    409,
    REQUEST,
    false,
    (d) => String(d['reason'] ?? 'It exists already.'),
    (d) => String(d['reasonZh'] ?? d['reason'] ?? '已存在。'),
  ),
} as const satisfies Record<string, MakeError>;

function figures(details: ErrorDetails): string {
  if (details['needed'] === undefined) return '';
  return ` (needed: ${String(details['needed'])}, left: ${String(details['available'])})`;
}

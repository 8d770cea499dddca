/** What a script that was written for One API sees of an answer. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** Undefined where the answer is no JSON. */
  body: Envelope | undefined;
}

export interface Envelope {
  success?: boolean;
  message?: string;
  data?: unknown;
  [name: string]: unknown;
}

export interface OneApiClient {
  send(method: string, path: string, body?: unknown): Promise<Answer>;
  /** `data` of an answer that must be a good one. @throws with the message of a refusal */
  data<Data>(method: string, path: string, body?: unknown): Promise<Data>;
  /** The answer must be a refusal in the envelope, with HTTP status 200. Resolves to its code. */
  refused(method: string, path: string, body?: unknown): Promise<string>;
}

/** Calls the gateway as such scripts do: an access token or a cookie, bodies as JSON text. */
export function createOneApiClient(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): OneApiClient {
  async function send(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(url + path, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      redirect: 'manual',
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  }

  return {
    send,
    async data<Data>(method: string, path: string, body?: unknown) {
      const { status, body: envelope, text } = await send(method, path, body);
      if (status !== 200 || envelope?.success !== true || envelope.message !== '')
        throw new Error(`${method} ${path}: HTTP ${String(status)} ${text}`);
      return envelope.data as Data;
    },
    async refused(method, path, body) {
      const { status, body: envelope, text } = await send(method, path, body);
      if (status !== 200 || envelope?.success !== false || !envelope.message)
        throw new Error(`${method} ${path} was not refused: HTTP ${String(status)} ${text}`);
      return String(envelope['code']);
    },
  };
}

function parse(text: string): Envelope | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined; // the test looks at the text
  }
}

/** Members of One API's objects, in its order; ours may have more behind them. */
export const oneApiShapes = {
  user: [
    ...['id', 'username', 'password', 'display_name', 'role', 'status', 'email', 'github_id'],
    ...['wechat_id', 'lark_id', 'oidc_id', 'verification_code', 'access_token', 'quota'],
    ...['used_quota', 'request_count', 'group', 'aff_code', 'inviter_id'],
  ],
  token: [
    ...['id', 'user_id', 'key', 'status', 'name', 'created_time', 'accessed_time'],
    ...['expired_time', 'remain_quota', 'unlimited_quota', 'used_quota', 'models', 'subnet'],
  ],
  channel: [
    ...['id', 'type', 'key', 'status', 'name', 'weight', 'created_time', 'test_time'],
    ...['response_time', 'base_url', 'other', 'balance', 'balance_updated_time', 'models'],
    ...['group', 'used_quota', 'model_mapping', 'priority', 'config', 'system_prompt'],
  ],
  log: [
    ...['id', 'user_id', 'created_at', 'type', 'content', 'username', 'token_name', 'model_name'],
    ...['quota', 'prompt_tokens', 'completion_tokens', 'channel', 'request_id', 'elapsed_time'],
    ...['is_stream', 'system_prompt_reset'],
  ],
  status: [
    ...['version', 'start_time', 'email_verification', 'github_oauth', 'github_client_id'],
    ...['lark_client_id', 'system_name', 'logo', 'footer_html', 'wechat_qrcode', 'wechat_login'],
    ...['server_address', 'turnstile_check', 'turnstile_site_key', 'top_up_link', 'chat_link'],
    ...['quota_per_unit', 'display_in_currency', 'oidc', 'oidc_client_id', 'oidc_well_known'],
    ...['oidc_authorization_endpoint', 'oidc_token_endpoint', 'oidc_userinfo_endpoint'],
  ],
} as const;

/** The members of One API's object that an object lacks, or has in another order. */
export function listShapeFaults(shape: keyof typeof oneApiShapes, value: unknown): string[] {
  const names = Object.keys(value as object);
  return oneApiShapes[shape].filter((name, index) => names[index] !== name);
}

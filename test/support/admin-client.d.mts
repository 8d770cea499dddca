export interface UserRow {
  id: number;
  username: string;
  role: number;
  status: number;
  quota: number;
  used_quota: number;
  request_count: number;
  group: string;
}

export interface ChannelRow {
  id: number;
  name: string;
  status: number;
  used_quota: number;
  [name: string]: unknown;
}

export interface TokenRow {
  id: number;
  /** With `sk-` where it was just created. */
  key: string;
  name: string;
  status: number;
  remain_quota: number;
  used_quota: number;
  [name: string]: unknown;
}

export interface LogRow {
  id: number;
  type: number;
  content: string;
  username: string;
  token_name: string;
  model_name: string;
  quota: number;
  prompt_tokens: number;
  completion_tokens: number;
  channel: number;
  request_id: string;
  is_stream: boolean;
}

export interface NewChannel {
  name: string;
  baseUrl: string;
  models: string | string[];
  [name: string]: unknown;
}

export interface AdminClient {
  readonly url: string;
  readonly user: UserRow;
  readonly accessToken: string;
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  createChannel(channel: NewChannel): Promise<ChannelRow>;
  updateChannel(id: number, change: Record<string, unknown>): Promise<ChannelRow>;
  getChannel(id: number): Promise<ChannelRow>;
  createToken(token?: Record<string, unknown>): Promise<TokenRow>;
  getToken(id: number): Promise<TokenRow>;
  updateToken(token: TokenRow): Promise<TokenRow>;
  createUser(user: {
    username: string;
    password?: string;
    quota?: number;
    group?: string;
  }): Promise<AdminClient>;
  getUser(id: number): Promise<UserRow>;
  getSelf(): Promise<UserRow>;
  setOption(key: string, value: unknown): Promise<void>;
  getOption(key: string): Promise<string | undefined>;
  listLogs(query?: string): Promise<LogRow[]>;
}

export function logIn(url: string, username?: string, password?: string): Promise<AdminClient>;
